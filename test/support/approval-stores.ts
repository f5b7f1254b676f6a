import type { TestContext } from 'node:test';
import type { ApprovalStore } from '../../src/approvals/approval-store.ts';
import { stateKinds } from '../store/state-servers.ts';
import { ApprovalsInMemory } from './approvals-in-memory.ts';

/** Every store that approvals are tested on: what people decide must not depend on where it is kept. */
export const approvalStores: readonly {
  readonly name: string;
  readonly open: (context: TestContext) => Promise<ApprovalStore>;
}[] = [
  { name: 'memory', open: async () => new ApprovalsInMemory() },
  ...stateKinds.map(({ name, fresh }) => ({
    name,
    open: async (context: TestContext) => (await (await fresh(context)).open()).approvals,
  })),
];
