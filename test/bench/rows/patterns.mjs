// Row 13: patterns made to explode, on events made to make them: from the configuration and from the Filter action.
import { reader, secret, section } from '../parts/accounts.mjs';
import { Crowd } from '../parts/crowd.mjs';
import { LoadProcess } from '../parts/load-process.mjs';
import { startScriptedUpstream } from '../parts/origin.mjs';
import { exactCpuMs } from '../parts/process-cost.mjs';
import { alternate } from '../rounds.mjs';
import { rowOf } from '../row.mjs';
import { short } from '../statistics.mjs';

/** @import { Context } from '../context.mjs' */
