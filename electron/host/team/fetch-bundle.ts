/** Brings the bytes of a settings bundle, from a folder or over the network. */
import { join } from 'node:path';
import { isPrivateHost } from '@shared/domain/private-host';
import type { HttpClient } from '@shared/backends/http';
import { BackendError } from '@shared/backends/backend-error';
import type { BundleProblem, BundleProblemKind } from '@shared/contract/team';
import { MAX_BUNDLE_BYTES } from './bundle';
import { ShareError, type Share } from './share';
import { BUNDLE_FILE, fileUrl, wayTo } from './team-link';

/** A server at the other end of the world. */
const FETCH_WITHIN_MS = 30_000;

/** There are no bytes to judge. */
export class BundleUnreachable extends Error {
  override readonly name = 'BundleUnreachable';
  readonly problem: BundleProblem;
  constructor(kind: BundleProblemKind, detail: string) {
    super(`The settings bundle cannot be read: ${kind} ${detail}`);
    this.problem = { kind, detail, revision: null };
  }
}

/** The ways to a bundle. */
export interface Ways {
  http: HttpClient;
  share: Share;
}

/** @throws BundleUnreachable; what the signal says */
export async function fetchBundle(
  at: string,
  { http, share }: Ways,
  signal: AbortSignal,
): Promise<Uint8Array> {
  switch (wayTo(at)) {
    case 'folder':
      return fromFile(join(at, BUNDLE_FILE), share, signal);
    case 'http':
      if (!isPrivateHost(at)) throw new BundleUnreachable('not-private', '');
      return fromUrl(fileUrl(at), http, signal);
    case 'https':
      return fromUrl(fileUrl(at), http, signal);
    case null:
      throw new BundleUnreachable('bad-link', '');
  }
}

async function fromFile(path: string, share: Share, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await share.read(path, MAX_BUNDLE_BYTES, signal);
  } catch (error) {
    if (!(error instanceof ShareError)) throw error;
    if (error.code === 'EFBIG') throw new BundleUnreachable('too-large', '');
    throw new BundleUnreachable('unreachable', error.code);
  }
}

async function fromUrl(url: string, http: HttpClient, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const answer = await http({
      method: 'GET',
      url,
      headers: { accept: 'application/json', 'cache-control': 'no-cache' },
      body: null,
      timeoutMs: FETCH_WITHIN_MS,
      signal,
    });
    if (answer.status !== 200) throw new BundleUnreachable('unreachable', `HTTP ${answer.status}`);
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of answer.stream()) {
      size += piece.length;
      if (size > MAX_BUNDLE_BYTES) throw new BundleUnreachable('too-large', '');
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } catch (error) {
    if (error instanceof BackendError) throw new BundleUnreachable('unreachable', error.kind);
    throw error;
  }
}
