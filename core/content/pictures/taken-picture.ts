import type { FileBody } from '../../operation/file-body.ts'
import type { EncodedPicture } from './encoding.ts'

/** A picture that was rewritten and, unless it was there already, stored, and belongs to nobody yet. */
export interface TakenPicture extends EncodedPicture {
  /** What its files are called; null where the same picture was there already, or nothing was to be kept. */
  readonly file: string | null
  /** Stands for the upload's bytes. */
  readonly digest: string
}

export interface PictureIntake {
  /** Receives a picture for an account; with `keep` false it is only looked at. Throws OperationError. */
  take(body: FileBody, options: { accountId: string; keep: boolean }): Promise<TakenPicture>
}
