import { backendContract } from '../../testing/backend.contract';
import { harnessOf } from '../../testing/vendor-kit';
import { openFreshdesk } from '../../testing/vendors/freshdesk/freshdesk-simulator';
import { freshdeskDefinition } from './freshdesk-backend';

const { traits = {}, lacks = {} } = openFreshdesk();

backendContract(
  'Freshdesk, simulated',
  freshdeskDefinition.descriptor,
  () => Promise.resolve(harnessOf(openFreshdesk())),
  { traits, lacks },
);
