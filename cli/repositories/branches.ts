import type { Command } from 'commander';
import { shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { formatRefs, listRefs, type Ref, REF_FIELDS } from './refs.js';

/** `branch create|list|delete|protect`. */
export function addBranches(program: Command, open: () => Session): void {
  const branch = program.command('branch').description('branches: names that move with each commit');

  branch
    .command('create')
    .description('make a branch')
    .argument('<repo>')
    .argument('<name>')
    .option('--from <revision>', 'where it starts', 'main')
    .action(async (repository: string, name: string, { from }: { from: string }) => {
      const { output, connect } = open();
      const { createBranch } = await connect().ask<{ createBranch: Ref }>(
        `mutation CreateBranch($input: CreateBranchInput!) { createBranch(input: $input) { ${REF_FIELDS} } }`,
        { input: { repository, name, from } },
      );
      output.result(createBranch, `Made branch ${name} at ${shortId(createBranch.commitId)}.`);
    });

  branch
    .command('list')
    .description('all branches of a repository')
    .argument('<repo>')
    .action(async (repository: string) => {
      const { output, connect } = open();
      const refs = await listRefs(connect(), repository, 'branches');
      output.result(refs, () => formatRefs(refs));
    });

  branch
    .command('delete')
    .description('remove a branch; its commits stay until they are collected')
    .argument('<repo>')
    .argument('<name>')
    .action(async (repository: string, name: string) => {
      const { output, connect } = open();
      const { deleteBranch } = await connect().ask<{ deleteBranch: Ref }>(
        `mutation DeleteBranch($input: DeleteBranchInput!) { deleteBranch(input: $input) { ${REF_FIELDS} } }`,
        { input: { repository, name } },
      );
      output.result(deleteBranch, `Removed branch ${name}, which was at ${shortId(deleteBranch.commitId)}.`);
    });

  branch
    .command('protect')
    .description('let only those who may merge move a branch')
    .argument('<repo>')
    .argument('<name>')
    .option('--off', 'let everybody who may write move it again')
    .action(async (repository: string, name: string, { off = false }: { off?: boolean }) => {
      const { output, connect } = open();
      const { protectBranch } = await connect().ask<{ protectBranch: Ref }>(
        `mutation ProtectBranch($input: ProtectBranchInput!) { protectBranch(input: $input) { ${REF_FIELDS} } }`,
        { input: { repository, name, isProtected: !off } },
      );
      output.result(
        protectBranch,
        `Branch ${name} is ${protectBranch.isProtected ? 'protected' : 'not protected'} now.`,
      );
    });
}
