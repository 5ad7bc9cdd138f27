import { ArgsType, Field, Float, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AssetKindEnum, AssetModel } from '../catalog/index.js';
import { PageArgs, PageInfo } from '../platform/index.js';
import type { Engine } from './search-engines.js';
import type { SearchFilter } from './search-index.js';

const SearchEngineEnum = { elasticsearch: 'elasticsearch', postgres: 'postgres' } as const;
registerEnumType(SearchEngineEnum, { name: 'SearchEngine' });

@ObjectType('SearchHit', { description: 'An asset that was found.' })
export class SearchHitModel {
  @Field(() => AssetModel)
  asset!: AssetModel;

  @Field(() => Float, { description: 'The greater the better; comparable within one search only.' })
  score!: number;

  @Field(() => String, { description: 'Where it was found, with « and » around it. Plain text.' })
  highlight!: string;
}

@ObjectType('SearchFacetValue')
export class SearchFacetValueModel {
  @Field(() => String)
  value!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType('SearchFacet', {
  description:
    'How many of all hits have a value: kind, namespace, tag. The most frequent first, 20 at most.',
})
export class SearchFacetModel {
  @Field(() => String)
  name!: string;

  @Field(() => [SearchFacetValueModel])
  values!: readonly SearchFacetValueModel[];
}

@ObjectType({ description: 'One page of hits, the best first.' })
export class SearchPage {
  @Field(() => [SearchHitModel])
  nodes!: readonly SearchHitModel[];

  @Field(() => [SearchFacetModel])
  facets!: readonly SearchFacetModel[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => SearchEngineEnum, { description: 'What answered.' })
  engine!: Engine;

  @Field(() => Boolean, {
    description:
      'Elasticsearch is to answer and could not, or has not caught up; PostgreSQL answered instead.',
  })
  isFallback!: boolean;
}

@InputType({ description: 'Which assets count; absent means any.' })
export class SearchFilterInput {
  @Field(() => [AssetKindEnum], { nullable: true })
  kinds?: SearchFilter['kinds'];

  @Field(() => String, { nullable: true, description: 'A policy namespace and all below it.' })
  namespace?: string;

  @Field(() => String, { nullable: true })
  tag?: string;
}

@ArgsType()
export class SearchArgs extends PageArgs {
  @Field(() => String, {
    description:
      '1–200 characters. All words must be found, as beginnings of words; misspelt names are found too.',
  })
  query!: string;

  @Field(() => SearchFilterInput, { nullable: true })
  filter?: SearchFilterInput;

  @Field(() => Int, { defaultValue: 20, description: 'Hits at most, 1–200.' })
  declare first: number;
}
