// The Asterisk of all benches: nothing runs in it but the manager, and it logs nothing that it can leave out.
import { provideAsterisk } from '../../asterisk/provide.mjs';
import { clientSections, upstreamSection } from './accounts.mjs';

const general = 'authlimit = 10000\nauthtimeout = 60\ndisplayconnects = no';
const files = {
  'logger.conf': '[general]\n[logfiles]\nmessages = error\n',
  'modules.conf': '[modules]\nautoload = no\nload = func_channel.so\n',
};

export function startBenchAsterisk() {
  return provideAsterisk({
    version: '22',
    name: 'bench',
    users: `${clientSections}\n${upstreamSection}`,
    general,
    files,
  });
}
