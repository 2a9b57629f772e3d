/** Files dropped anywhere on the window go to the open composer; a drop never opens a file instead. */
import { useEffect, useEffectEvent, useState } from 'react';

function hasFiles(transfer: DataTransfer | null): boolean {
  return transfer !== null && [...transfer.types].includes('Files');
}

/**
 * @param enabled false while this conversation takes no files
 * @returns true while files are held over the window
 */
export function useFileDrop(enabled: boolean, onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useEffectEvent((files: readonly File[]) => {
    if (enabled && files.length > 0) onFiles(files);
  });
  useEffect(() => {
    let depth = 0;
    const onEnter = (drag: DragEvent) => {
      if (!hasFiles(drag.dataTransfer)) return;
      depth += 1;
      setOver(true);
    };
    const onLeave = (drag: DragEvent) => {
      if (!hasFiles(drag.dataTransfer)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const onOver = (drag: DragEvent) => {
      if (hasFiles(drag.dataTransfer)) drag.preventDefault();
    };
    const onDrop = (drag: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!hasFiles(drag.dataTransfer)) return;
      drag.preventDefault();
      take([...(drag.dataTransfer?.files ?? [])]);
    };
    window.addEventListener('dragenter', onEnter);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('dragover', onOver);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragenter', onEnter);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
  return over && enabled;
}
