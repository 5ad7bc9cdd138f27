import { Args, Field, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Access } from '../../identity/index.js';
import { TreeEntryModel } from '../content/content.model.js';
import { MAX_PREVIEW_ROWS, PreviewService } from './preview.service.js';

@ObjectType('TablePreview', {
  description: 'The first rows of a file, masked and filtered as its bytes are for the caller.',
})
export class TablePreviewModel {
  @Field(() => [String])
  columns!: readonly string[];

  @Field(() => [[String]], {
    nullable: 'items',
    description:
      'Values as texts in the order of the columns, at most 1,000 characters of each; null where there is none.',
  })
  rows!: readonly (readonly (string | null)[])[];
}

@Resolver(() => TreeEntryModel)
export class PreviewResolver {
  constructor(private readonly previews: PreviewService) {}

  @Access('governed')
  @ResolveField(() => TablePreviewModel, {
    nullable: true,
    description:
      'Of CSV, JSON and Parquet files that are asked for by entry or entries; read when asked, which may take a while.',
  })
  async preview(
    @Parent() { path, shown }: TreeEntryModel,
    @Args('first', { type: () => Int, defaultValue: 20, description: `Rows, 1–${MAX_PREVIEW_ROWS}.` })
    first: number,
  ): Promise<TablePreviewModel | undefined> {
    return shown && this.previews.preview(path, shown, first);
  }
}
