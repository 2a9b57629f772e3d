import { backendContract } from '../../testing/backend.contract';
import { harnessOf } from '../../testing/vendor-kit';
import { openRequestTracker } from '../../testing/vendors/request-tracker/rt-simulator';
import { requestTrackerDefinition } from './request-tracker-backend';

backendContract('Request Tracker, simulated', requestTrackerDefinition.descriptor, () =>
  Promise.resolve(harnessOf(openRequestTracker())),
);
