import { useEffect, useRef, useState, type ReactNode } from 'react';

export interface NearViewportProps {
  children: ReactNode;
  /** Height in px to keep while nothing is drawn. */
  height: number;
  /** The scrolling element, given by the pane. */
  root: Element | null;
}

/** Draws what is costly (a mail's frame) only while it is within two screens of what is seen. */
export function NearViewport({ children, height, root }: NearViewportProps) {
  const holder = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const element = holder.current;
    if (element === null || root === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry !== undefined) setNear(entry.isIntersecting);
      },
      { root, rootMargin: '200% 0px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [root]);
  return (
    <div ref={holder} style={near ? {} : { minHeight: height }}>
      {near && children}
    </div>
  );
}
