import type { Condition } from '../condition/condition.js';
import type { Glob } from '../glob/glob.js';
import type { ObjectGlob } from '../glob/object-glob.js';
import type { Mask } from '../mask/mask.js';
import type { Action } from '../vocabulary.js';
import type { Ancestry } from './ancestry.js';
import type { Placed } from './cross-checks.js';
import type { TreeLink } from './parse-link.js';
import type { Position } from './problems.js';

/** A file of a bundle as read. `path` is relative to the bundle's folder. */
export interface BundleFile {
  readonly path: string;
  readonly text: string;
}

/** The `tags` column: what the asset's classifications, closed over the tree of tags, must satisfy. */
export interface TagTest {
  /** `always` for `*`, with no tags. */
  readonly quantifier: 'always' | 'any' | 'all' | 'none';
  readonly tags: readonly string[];
}

/** What access and mask rules share. */
interface Rule {
  readonly id: string;
  /** `user:…`, `service:…`, `role:…` or `*`. */
  readonly subject: string;
  /** Holds in this namespace and all below it; `*` everywhere. */
  readonly namespace: string;
  readonly action: Action | '*';
  readonly when: Condition;
}

/** A `p` line. */
export interface AccessRule extends Rule {
  readonly object: ObjectGlob;
  readonly tags: TagTest;
  readonly effect: 'allow' | 'deny';
}

/** A `p2` line. Without a mask it is an exemption (effect `deny` in the file): it lifts the masks of its tag. */
export interface MaskRule extends Rule {
  readonly tag: string;
  readonly mask: Mask | undefined;
}

/** A `g` line: `member` holds `role` in `namespace` and below, from `notBefore` (included) to `notAfter` (excluded). */
export interface RoleLink {
  readonly member: string;
  readonly role: string;
  readonly namespace: string;
  /** Milliseconds since 1970, or minus infinity. */
  readonly notBefore: number;
  /** Milliseconds since 1970, or infinity. */
  readonly notAfter: number;
}

/** A line of `places.csv`: assets known only from events stand in `namespace` when their OpenLineage namespace matches. */
export interface Place {
  readonly pattern: Glob;
  readonly namespace: string;
}

/** Where the lines of a bundle stand, for those who speak to its authors. Decisions never look at it. */
export interface BundleSource {
  /** Of access and mask rules, by id. */
  readonly ruleAt: ReadonlyMap<string, Position>;
  readonly roleLinkAt: ReadonlyMap<RoleLink, Position>;
  /** The `g2` lines, those that only declare a namespace (parent `*`) among them. */
  readonly namespaceLinks: readonly Placed<TreeLink>[];
  /** The `g3` lines, those that only declare a classification (parent `*`) among them. */
  readonly tagLinks: readonly Placed<TreeLink>[];
  /** None when there is no `places.csv`. */
  readonly places: readonly Placed<Place>[];
}

/** One whole, checked policy. Immutable; another content is another bundle with another version. */
export interface Bundle {
  /** SHA-256 in hex over what the files say; comments, spacing and the spread over files make no difference. */
  readonly version: string;
  readonly rules: readonly AccessRule[];
  readonly maskRules: readonly MaskRule[];
  readonly roleLinks: readonly RoleLink[];
  readonly namespaces: Ancestry;
  readonly tags: Ancestry;
  /** In the order of the file: the first match wins, the last matches everything. */
  readonly places: readonly Place[];
  readonly source: BundleSource;
}
