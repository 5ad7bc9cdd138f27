import type { Principal } from '../../../identity/index.js';
import type { S3Response } from '../protocol/s3-response.js';
import type { XmlElements } from '../protocol/xml.js';

/** Who is told to own everything: who asks. */
export function ownerOf({ id, name }: Principal): XmlElements {
  return { ID: id, DisplayName: name };
}

/**
 * The access control list of a bucket or an object, as S3 tells it where such lists are turned off: all to the owner, which is who asks. Policy
 * decides who may do what. Clients make sure by it that a bucket is there.
 */
export function answerAcl(caller: Principal): S3Response {
  const owner = ownerOf(caller);
  const Grantee = {
    ...{ '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', '@xsi:type': 'CanonicalUser' },
    ...owner,
  };
  const Grant = { Grantee, Permission: 'FULL_CONTROL' };
  return {
    status: 200,
    xml: { root: 'AccessControlPolicy', content: { Owner: owner, AccessControlList: { Grant } } },
  };
}
