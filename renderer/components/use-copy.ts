import { useState } from 'react';

export interface Copying {
  /** True once it is in the clipboard. */
  copied: boolean;
  copy: (text: string) => void;
  /** Forgets that something was copied. */
  reset: () => void;
}

/** Copies to the clipboard; where the browser forbids it, `copied` simply stays false. */
export function useCopy(): Copying {
  const [copied, setCopied] = useState(false);
  const copy = (text: string) => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return { copied, copy, reset: () => setCopied(false) };
}
