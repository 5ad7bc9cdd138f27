import { Injectable } from '@nestjs/common';
import { Database, prepared } from '../../../platform/index.js';
import { highlight } from '../../highlight.js';
import type {
  SearchDocument,
  SearchFacet,
  SearchIndex,
  SearchRequest,
  SearchResult,
} from '../../search-index.js';
import { termsOf, wordsOf } from '../../words.js';
import { searchSql } from './search-sql.js';

/** How alike a word of the name must be to a misspelt query, 0–1. */
const ALIKE = 0.4;

/** Characters of one field that are searched: a tsvector holds a megabyte. */
const MAX_FIELD_CHARS = 100_000;

interface FoundRow {
  readonly hits:
    | readonly {
        assetId: string;
        score: number;
        name: string;
        description: string;
        columns: string;
        tags: string[];
      }[]
    | null;
  readonly facets: readonly { name: SearchFacet['name']; value: string; count: number }[] | null;
}

const FACETS = ['kind', 'namespace', 'tag'] as const;

/** Full text and trigrams of PostgreSQL: whole words and their beginnings by `tsvector`, misspelt names by likeness. */
@Injectable()
export class PostgresSearchIndex implements SearchIndex {
  constructor(private readonly database: Database) {}

  async upsert(documents: readonly SearchDocument[], version: number): Promise<void> {
    if (documents.length === 0) return;
    const rows = [...new Map(documents.map((document) => [document.assetId, rowOf(document)])).values()];
    await this.database.query(
      prepared(`INSERT INTO search_document
         (asset_id, kind, namespace, name, tags, description, columns, name_words, other_words, description_words, version)
       SELECT r.*, $2 FROM jsonb_to_recordset($1::jsonb) AS r
         ("assetId" uuid, kind text, namespace text, name text, tags text[], description text, columns text,
          "nameWords" text, "otherWords" text, "descriptionWords" text)
       ORDER BY "assetId"
       ON CONFLICT (asset_id) DO UPDATE SET kind = excluded.kind, namespace = excluded.namespace, name = excluded.name,
         tags = excluded.tags, description = excluded.description, columns = excluded.columns, name_words = excluded.name_words,
         other_words = excluded.other_words, description_words = excluded.description_words, version = excluded.version
       WHERE search_document.version <= excluded.version`),
      [JSON.stringify(rows), version],
    );
  }

  async remove(assetIds: readonly string[], version: number): Promise<void> {
    await this.database.query(
      prepared('DELETE FROM search_document WHERE asset_id = ANY($1::uuid[]) AND version <= $2'),
      [assetIds, version],
    );
  }

  async search(request: SearchRequest): Promise<SearchResult> {
    const terms = termsOf(request.text);
    const { sql, parameters } = searchSql(request, terms);
    const [found] = await this.database.run(async () => {
      await this.database.query(`SELECT set_config('pg_trgm.word_similarity_threshold', $1, true)`, [
        String(ALIKE),
      ]);
      return this.database.query<FoundRow>(sql, parameters);
    });
    const hits = (found?.hits ?? []).map(({ assetId, score, name, description, columns, tags }) => ({
      assetId,
      score,
      highlight: highlight([name, columns, description, tags.join(' ')], terms),
    }));
    const facets = FACETS.map((name) => ({
      name,
      values: (found?.facets ?? [])
        .filter((facet) => facet.name === name)
        .map(({ value, count }) => ({ value, count })),
    }));
    return { hits, facets };
  }

  async replaceAll(documents: AsyncIterable<readonly SearchDocument[]>, version: number): Promise<number> {
    return this.database.run(async () => {
      let count = 0;
      // The same documents once more are no change that others need to be told of.
      await this.database.query("SELECT set_config('cairn.is_search_rebuild', 'true', true)");
      // Others' writes wait, and are then told from these by their versions.
      await this.database.query('LOCK TABLE search_document IN SHARE ROW EXCLUSIVE MODE');
      await this.database.query('DELETE FROM search_document WHERE version <= $1', [version]);
      for await (const batch of documents) {
        await this.upsert(batch, version);
        count += batch.length;
      }
      return count;
    });
  }
}

function rowOf({ identityNamespace, columns, otherNames, ...document }: SearchDocument): object {
  return {
    ...document,
    // Half a character at the end is no JSON.
    columns: columns.join(' ').slice(0, MAX_FIELD_CHARS).toWellFormed(),
    nameWords: joined(document.name),
    otherWords: joined(
      [
        ...columns,
        ...document.tags,
        identityNamespace,
        document.namespace,
        document.kind,
        ...otherNames,
      ].join(' '),
    ),
    descriptionWords: joined(document.description),
  };
}

function joined(text: string): string {
  return wordsOf(text.slice(0, MAX_FIELD_CHARS)).join(' ');
}
