import { Tabs } from 'radix-ui';
import { useCallback, useRef, useState } from 'react';
import { Banner } from '@renderer/components/Banner';
import { Dialog } from '@renderer/components/Dialog';
import { useTranslation } from '@renderer/components/use-translation';
import { useHostLink } from '@renderer/data/host-link';
import { useCommand } from '@renderer/state/commands';
import { useJump } from '@renderer/state/jump';
import { useOverlay } from '@renderer/state/overlays';
import { useSelection } from '@renderer/state/selection';
import type { ConversationKey } from '@shared/domain/entities';
import { isStopped } from '@renderer/components/held-why';
import type { Row } from './explain';
import { LogPart } from './LogPart';
import { useWaitingCount, WaitingPart } from './WaitingPart';

type Part = 'waiting' | 'log';

/** What waits and why, and the log of everything that was sent, each with its proof. */
export function OutboxDialog() {
  const { t } = useTranslation('outbox');
  const open = useOverlay((state) => state.open === 'outbox');
  const show = useOverlay((state) => state.show);
  const [opened, setOpened] = useState<string | null>(null);
  const screen = useRef<HTMLDivElement>(null);
  useCommand({
    id: 'app.outbox',
    group: 'app',
    keys: ['g x'],
    label: t('command.open'),
    run: () => show('outbox'),
  });
  const close = useCallback(() => {
    setOpened(null);
    show(null);
  }, [show]);
  const fold = () => {
    const field = document.activeElement;
    // What was typed goes first; the field itself takes it away.
    if (field instanceof HTMLInputElement && field.value !== '') return true;
    if (opened === null) return false;
    screen.current?.querySelector<HTMLElement>(`[data-row-head="${opened}"]`)?.focus();
    setOpened(null);
    return true;
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? show('outbox') : close())}
      onEscape={fold}
      title={t('title')}
      description={t('description')}
      size="screen"
    >
      <div ref={screen} className="flex min-h-0 flex-1 flex-col">
        <Parts opened={opened} setOpened={setOpened} onClose={close} />
      </div>
    </Dialog>
  );
}

interface PartsProps {
  opened: string | null;
  setOpened: (change: (before: string | null) => string | null) => void;
  onClose: () => void;
}

function Parts({ opened, setOpened, onClose }: PartsProps) {
  const { t } = useTranslation('delivery');
  const [part, setPart] = useState<Part>('waiting');
  const waiting = useWaitingCount();
  const link = useHostLink();
  const onToggle = useCallback(
    (ref: string) => setOpened((before) => (before === ref ? null : ref)),
    [setOpened],
  );
  const onGo = useCallback(
    (key: ConversationKey, row: Row) => {
      onClose();
      // The card with the difference takes the focus, where there is one.
      if (isStopped(row)) useJump.getState().ask(row.intent.ref);
      useSelection.getState().open(key);
    },
    [onClose],
  );
  return (
    <Tabs.Root
      value={part}
      onValueChange={(next) => {
        setOpened(() => null);
        setPart(next as Part);
      }}
      className="flex min-h-0 flex-1 flex-col"
    >
      <Tabs.List aria-label={t('part.label')} className="flex gap-1 px-5 pb-2.5">
        {(['waiting', 'log'] as const).map((name) => (
          <Tabs.Trigger
            key={name}
            value={name}
            className="inline-flex h-7 items-center gap-1.5 rounded-control px-2.5 text-muted transition-colors duration-120 hover:bg-hover hover:text-text data-[state=active]:bg-selected data-[state=active]:font-strong data-[state=active]:text-text"
          >
            {t(`part.${name}`)}
            {name === 'waiting' && waiting > 0 && <span className="tabular text-meta">{waiting}</span>}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {link.state === 'lost' && <Banner tone="warning">{t('log.unreachable')}</Banner>}
      <Tabs.Content
        value="waiting"
        tabIndex={-1}
        className="flex min-h-0 flex-1 flex-col border-t outline-none data-[state=inactive]:hidden"
      >
        <WaitingPart opened={opened} onToggle={onToggle} onGo={onGo} />
      </Tabs.Content>
      <Tabs.Content
        value="log"
        tabIndex={-1}
        className="flex min-h-0 flex-1 flex-col outline-none data-[state=inactive]:hidden"
      >
        <LogPart opened={opened} onToggle={onToggle} onGo={onGo} />
      </Tabs.Content>
    </Tabs.Root>
  );
}
