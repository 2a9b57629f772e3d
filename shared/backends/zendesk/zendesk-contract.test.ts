import { harnessOf } from '../../testing/vendor-kit';
import { backendContract } from '../../testing/backend.contract';
import { openZendesk } from '../../testing/vendors/zendesk/zendesk-simulator';
import { zendeskDefinition } from './zendesk-backend';

for (const [name, role] of [
  ['Zendesk, by exports', 'admin'],
  ['Zendesk, by searches', 'agent'],
] as const) {
  const { traits } = openZendesk(role);
  backendContract(name, zendeskDefinition.descriptor, () => Promise.resolve(harnessOf(openZendesk(role))), {
    ...(traits && { traits }),
  });
}
