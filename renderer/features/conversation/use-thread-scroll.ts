/** Where a thread stands while messages come, grow and are put before. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** So close to the end (px) that the thread follows what comes. */
const AT_END_PX = 60;

export interface ThreadScroll {
  onScroll: () => void;
  /** The end is out of sight. */
  below: boolean;
  /** Messages that came while it was. */
  unseen: number;
  toEnd: () => void;
}

/**
 * Keeps the thread where the reader is: at the end it follows what comes and what grows (mails learn
 * their height late); elsewhere nothing moves, also when older messages are put before.
 */
export function useThreadScroll(
  root: HTMLDivElement | null,
  first: string | undefined,
  last: string | undefined,
  lastIsOwn: boolean,
): ThreadScroll {
  const atEnd = useRef(true);
  const height = useRef(0);
  const [below, setBelow] = useState(false);
  const [unseen, setUnseen] = useState(0);

  const toEnd = useCallback(() => {
    if (root === null) return;
    atEnd.current = true;
    root.scrollTo({ top: root.scrollHeight });
    setBelow(false);
    setUnseen(0);
  }, [root]);

  useEffect(() => {
    const content = root?.firstElementChild;
    if (root === null || content === null || content === undefined) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) root.scrollTo({ top: root.scrollHeight });
      height.current = root.scrollHeight;
    });
    observer.observe(content);
    observer.observe(root);
    return () => observer.disconnect();
  }, [root]);

  // At the very top the browser does not anchor by itself, so what was put before is made up for.
  useLayoutEffect(() => {
    if (root === null) return;
    if (!atEnd.current && root.scrollTop === 0) {
      root.scrollTo({ top: root.scrollHeight - height.current });
    }
    height.current = root.scrollHeight;
  }, [root, first]);

  const seenLast = useRef(last);
  useLayoutEffect(() => {
    if (seenLast.current === last) return;
    const isFirstDraw = seenLast.current === undefined;
    seenLast.current = last;
    if (atEnd.current || lastIsOwn || isFirstDraw) toEnd();
    else setUnseen((count) => count + 1);
  }, [last, lastIsOwn, toEnd]);

  const onScroll = () => {
    if (root === null) return;
    if (root.scrollHeight !== height.current) {
      // It grew and the browser anchored it, which is told before the growth is observed: nobody has
      // scrolled away from the end.
      height.current = root.scrollHeight;
      return;
    }
    const distance = root.scrollHeight - root.scrollTop - root.clientHeight;
    atEnd.current = distance < AT_END_PX;
    setBelow(distance > root.clientHeight / 2);
    if (atEnd.current) setUnseen(0);
  };
  return { onScroll, below: below || unseen > 0, unseen, toEnd };
}
