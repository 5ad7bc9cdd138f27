import type { Command } from 'commander';
import { shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { formatRefs, listRefs, type Ref, REF_FIELDS } from './refs.js';

/** `tag create|list`. */
export function addTags(program: Command, open: () => Session): void {
  const tag = program.command('tag').description('tags: names that stay');

  tag
    .command('create')
    .description('name a commit')
    .argument('<repo>')
    .argument('<name>')
    .argument('[revision]', 'what to name', 'main')
    .action(async (repository: string, name: string, revision: string) => {
      const { output, connect } = open();
      const { createTag } = await connect().ask<{ createTag: Ref }>(
        `mutation CreateTag($input: CreateTagInput!) { createTag(input: $input) { ${REF_FIELDS} } }`,
        { input: { repository, name, revision } },
      );
      output.result(createTag, `Made tag ${name} at ${shortId(createTag.commitId)}.`);
    });

  tag
    .command('list')
    .description('all tags of a repository')
    .argument('<repo>')
    .action(async (repository: string) => {
      const { output, connect } = open();
      const refs = await listRefs(connect(), repository, 'tags');
      output.result(refs, () => formatRefs(refs));
    });
}
