import { fuzzPart } from './fuzz/fuzz-part.js';
import { FUZZ_TARGETS } from './fuzz/targets.js';
import { declarePart } from './part.js';

declarePart(fuzzPart('fuzz', FUZZ_TARGETS));
