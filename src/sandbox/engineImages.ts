// What an engine's client is asked of images that are kept: their names, their sizes, and to let them go.
import type { ImageName, StoredImages } from "./engine.js";

/** The part of the client library that is used here, so that one file alone imports it. */
interface Client {
  df(options?: object): Promise<unknown>;
  listImages(options: {
    filters: string;
    abortSignal?: AbortSignal;
  }): Promise<readonly { readonly RepoTags?: readonly string[] | null | undefined }[]>;
  getImage(reference: string): {
    tag(options: { repo: string; tag: string; abortSignal?: AbortSignal }): Promise<unknown>;
    remove(options: { force: boolean; abortSignal?: AbortSignal }): Promise<unknown>;
  };
}

type Ask = <T>(signal: AbortSignal, call: (abortSignal: AbortSignal) => Promise<T>) => Promise<T>;

interface DiskUse {
  readonly LayersSize?: number;
  readonly Images?:
    | readonly {
        readonly Id: string;
        readonly RepoTags?: readonly string[] | null;
        readonly Labels?: Readonly<Record<string, string>> | null;
        readonly Created?: number;
        readonly Containers?: number;
      }[]
    | null;
}

export interface ImageCalls {
  tag(image: string, name: ImageName, signal: AbortSignal): Promise<void>;
  untag(reference: string, signal: AbortSignal): Promise<boolean>;
  imageNames(pattern: string, signal: AbortSignal): Promise<readonly string[]>;
  storedImages(signal: AbortSignal): Promise<StoredImages>;
}

export function imageCalls(docker: Client, ask: Ask): ImageCalls {
  return {
    tag: (image, { repo, tag }, signal) =>
      ask(signal, async (abortSignal) => void (await docker.getImage(image).tag({ repo, tag, abortSignal }))),
    untag: (reference, signal) =>
      ask(signal, async (abortSignal) => {
        try {
          await docker.getImage(reference).remove({ force: false, abortSignal });
          return true;
        } catch (thrown) {
          // Gone already, or a container or another image needs it.
          if ([404, 409].includes((thrown as { statusCode?: number }).statusCode ?? 0)) return false;
          throw thrown;
        }
      }),
    imageNames: (pattern, signal) =>
      ask(signal, async (abortSignal) => {
        const found = await docker.listImages({ filters: JSON.stringify({ reference: [pattern] }), abortSignal });
        return found.flatMap(({ RepoTags }) => RepoTags ?? []);
      }),
    storedImages: (signal) =>
      ask(signal, async (abortSignal) => {
        const { LayersSize = 0, Images } = (await docker.df({ abortSignal })) as DiskUse;
        return {
          bytes: LayersSize,
          images: (Images ?? []).map(({ Id, RepoTags, Labels, Created = 0, Containers = 0 }) => ({
            id: Id,
            names: (RepoTags ?? []).filter((name) => name !== "<none>:<none>"),
            labels: Labels ?? {},
            created: Created,
            containers: Containers,
          })),
        };
      }),
  };
}
