import { useEffectEvent, useLayoutEffect, type RefObject } from 'react';

/**
 * For a part of the screen that may go while the focus is in it: says who has the focus next, so that
 * it does not fall on the page.
 * @param box what goes together with the component that calls this
 * @param pass focuses the heir; called once the part is gone, and only if the focus was in it
 */
export function useFocusHeir(box: RefObject<HTMLElement | null>, pass: () => void): void {
  const hand = useEffectEvent(pass);
  useLayoutEffect(() => {
    const part = box.current;
    return () => {
      // Still in the document: it is taken out after this.
      if (part?.contains(document.activeElement) === true) queueMicrotask(() => hand());
    };
  }, [box]);
}
