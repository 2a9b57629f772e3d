import { ArrowLeft, X } from 'lucide-react';
import { useDeferredValue, useEffect, useRef, useState, type ReactNode } from 'react';
import { LanguageProvider, useTranslation } from './components/use-translation';
import { Group, Panel, Separator } from 'react-resizable-panels';
import type { ConversationKey } from '@shared/domain/entities';
import { useAppearance } from './appearance';
import { Button } from './components/Button';
import { FloatPlaceProvider } from './components/float-place';
import { IconButton } from './components/IconButton';
import { TooltipProvider } from './components/Tooltip';
import { PaneBoundary, WindowBoundary } from './components/Unshown';
import { useMedia } from './components/use-media';
import { useIsHere } from './data/conversation';
import { useHostLink } from './data/host-link';
import { useCounts } from './data/queue';
import { useSettings } from './data/settings';
import { AccountsDialog } from './features/accounts/AccountsDialog';
import { LeavingToast } from './features/accounts/LeavingToast';
import { Composer } from './features/composer/Composer';
import { ConversationPane } from './features/conversation/ConversationPane';
import { Notices } from './features/notices/Notices';
import { StoppedToast } from './features/notices/StoppedToast';
import { WrongToken } from './features/notices/WrongToken';
import { OutboxDialog } from './features/outbox/OutboxDialog';
import { Palette } from './features/palette/Palette';
import { PersonPanel } from './features/person/PersonPanel';
import { QueuePane } from './features/queue/QueuePane';
import { Rail } from './features/rail/Rail';
import { SettingsDialog } from './features/settings/SettingsDialog';
import { ShortcutSheet } from './features/shortcuts/ShortcutSheet';
import { StatusLine } from './features/status-line/StatusLine';
import { TeamDialog } from './features/team/TeamDialog';
import { useLanguage } from './i18n';
import { useCommand, useCommandKeys } from './state/commands';
import { PERSON_WIDTH, QUEUE_WIDTH, usePanes } from './state/panes';
import { useSelection, type Pane as PaneName } from './state/selection';

/** The window: rail, queue, conversation and person side by side, the status line under them. */
export function App({ onDrawn }: { onDrawn: () => void }) {
  useAppearance(useSettings());
  useEffect(onDrawn, [onDrawn]);
  const link = useHostLink();
  return (
    <LanguageProvider value={useLanguage()}>
      <TooltipProvider>
        <WindowBoundary>{link.state === 'wrong-token' ? <WrongToken /> : <Console />}</WindowBoundary>
      </TooltipProvider>
    </LanguageProvider>
  );
}

function Console() {
  const [floats, setFloats] = useState<HTMLElement | null>(null);
  return (
    <FloatPlaceProvider value={floats}>
      <WindowTitle />
      <div className="flex h-full flex-col">
        <Notices />
        <div className="flex min-h-0 flex-1">
          <Rail />
          <main className="min-w-0 flex-1">
            <PaneCommands />
            <Panes />
            <div ref={setFloats} />
          </main>
        </div>
        <StoppedToast />
        <StatusLine />
        <Palette />
        <ShortcutSheet />
        <SettingsDialog />
        <TeamDialog />
        <OutboxDialog />
        <AccountsDialog />
        <LeavingToast />
      </div>
    </FloatPlaceProvider>
  );
}

/** Alone, so that a count that moves draws nothing else anew. */
function WindowTitle() {
  const { t } = useTranslation('common');
  const waiting = useCounts().views.waiting;
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) ${t('appName')}` : t('appName');
  }, [waiting, t]);
  return null;
}

/** Drawn anew by what it watches itself, never by what stands around it. */
const QUEUE = (
  <PaneBoundary>
    <QueuePane />
  </PaneBoundary>
);

const CYCLE: readonly PaneName[] = ['queue', 'conversation', 'person'];

/** What stands beside or over the conversation, and whether there is only one place for all. */
function usePersonPlace() {
  const wide = useMedia('(min-width: 1100px)');
  const narrow = useMedia('(max-width: 899.98px)');
  const shown = usePanes((state) => state.personShown);
  const overlaid = usePanes((state) => state.personOverlaid);
  const isHere = useIsHere(useSelection((state) => state.key));
  return { wide, narrow, isHere, beside: wide && shown && isHere, over: !wide && overlaid && isHere };
}

/** Alone, so that a hand that goes to another pane draws none of them anew. */
function PaneCommands() {
  const { t } = useTranslation('common');
  const { wide, isHere, beside, over } = usePersonPlace();
  const pane = useSelection((state) => state.pane);
  const key = useSelection((state) => state.key);
  const focusPane = useSelection((state) => state.focusPane);

  useCommand({
    id: 'pane.next',
    group: 'app',
    keys: ['F6'],
    label: t('pane.next'),
    inEditor: true,
    inPalette: false,
    run: () => {
      const there = CYCLE.filter(
        (name) => name === 'queue' || (key !== null && (name === 'conversation' || beside)),
      );
      focusPane(there[(there.indexOf(pane) + 1) % there.length] ?? 'queue');
    },
  });
  useCommand({
    id: 'pane.person',
    group: 'app',
    keys: ['i'],
    label: t('pane.togglePerson'),
    enabled: isHere,
    run: () => {
      const panes = usePanes.getState();
      if (wide) panes.setPersonShown(!panes.personShown);
      else panes.setPersonOverlaid(!panes.personOverlaid);
    },
  });
  useCommand({
    id: 'pane.queue',
    group: 'app',
    keys: ['Escape'],
    label: t('pane.toQueue'),
    enabled: pane !== 'queue',
    inPalette: false,
    run: () => {
      if (over) usePanes.getState().setPersonOverlaid(false);
      else focusPane('queue');
    },
  });
  return null;
}

function Panes() {
  const { t } = useTranslation('common');
  const { narrow, beside, over } = usePersonPlace();
  // Read once: a default that moved along would end the drag that moves it.
  const [queueWidth] = useState(() => usePanes.getState().queueWidth);
  const key = useSelection((state) => state.key);
  const inside = useSelection((state) => narrow && state.key !== null && state.pane !== 'queue');

  const conversation = (
    <PaneBox name="conversation" label={t('pane.conversation')}>
      {narrow && <BackBar />}
      <div className="min-h-0 flex-1">
        {key === null ? (
          <NothingOpen />
        ) : (
          <PaneBoundary of={key}>
            <ConversationPane
              conversationKey={key}
              composer={
                <PaneBoundary of={key}>
                  <Composer conversationKey={key} />
                </PaneBoundary>
              }
            />
          </PaneBoundary>
        )}
      </div>
      {over && key !== null && (
        <aside
          aria-label={t('pane.person')}
          className="absolute inset-y-0 right-0 z-20 flex w-70 max-w-full animate-fade-in flex-col border-l bg-raised shadow-float"
        >
          <IconButton
            icon={X}
            label={t('action.close')}
            keys={['Escape']}
            size="small"
            onClick={() => usePanes.getState().setPersonOverlaid(false)}
            className="absolute top-2 right-2 z-10"
          />
          <PaneBoundary of={key}>
            <PersonPanel conversationKey={key} />
          </PaneBoundary>
        </aside>
      )}
    </PaneBox>
  );
  const queue = (
    <PaneBox name="queue" label={t('pane.queue')}>
      {QUEUE}
    </PaneBox>
  );
  if (narrow) {
    return (
      <>
        <div className={inside ? 'hidden' : 'h-full'}>{queue}</div>
        {inside && conversation}
      </>
    );
  }
  return (
    <Group orientation="horizontal" className="h-full">
      <Panel
        id="queue"
        defaultSize={`${queueWidth}px`}
        minSize={`${QUEUE_WIDTH.least}px`}
        maxSize={`${QUEUE_WIDTH.most}px`}
        groupResizeBehavior="preserve-pixel-size"
        onResize={({ inPixels }) => usePanes.getState().resizeQueue(inPixels)}
      >
        {queue}
      </Panel>
      <PaneEdge />
      <Panel id="opened" minSize="360px">
        {/* A group of their own: a customer's column that comes or goes lays no row of the queue out anew. */}
        <Group orientation="horizontal" className="h-full">
          <Panel id="conversation" minSize="360px">
            {conversation}
          </Panel>
          {beside && key !== null && <PersonColumn conversationKey={key} label={t('pane.person')} />}
        </Group>
      </Panel>
    </Group>
  );
}

/** Beside the conversation, as wide as it was before it was folded away. */
function PersonColumn({ conversationKey, label }: { conversationKey: ConversationKey; label: string }) {
  const [width] = useState(() => usePanes.getState().personWidth);
  const resize = usePanes((state) => state.resizePerson);
  // The column stands at once, so nothing moves; what was asked for, the conversation, is drawn before it.
  const follows = useDeferredValue(true, false);
  return (
    <>
      <PaneEdge />
      <Panel
        id="person"
        defaultSize={`${width}px`}
        minSize={`${PERSON_WIDTH.least}px`}
        maxSize={`${PERSON_WIDTH.most}px`}
        groupResizeBehavior="preserve-pixel-size"
        onResize={({ inPixels }) => resize(inPixels)}
      >
        <PaneBox name="person" label={label}>
          {follows && (
            <PaneBoundary of={conversationKey}>
              <PersonPanel conversationKey={conversationKey} />
            </PaneBoundary>
          )}
        </PaneBox>
      </Panel>
    </>
  );
}

/** A pane knows when it has the focus, shows it by a line at its head, and takes it when asked. */
function PaneBox({ name, label, children }: { name: PaneName; label: string; children: ReactNode }) {
  const box = useRef<HTMLElement>(null);
  const active = useSelection((state) => state.pane === name);
  const focusRequest = useSelection((state) => state.focusRequest);
  const paneFocused = useSelection((state) => state.paneFocused);
  useEffect(() => {
    // What stands inside may have taken it already; the pane itself is the last resort.
    const here = box.current;
    if (useSelection.getState().pane !== name || focusRequest === 0 || here === null) return;
    if (here.contains(document.activeElement)) return;
    (innerScroller(here) ?? here).focus({ preventScroll: true });
  }, [focusRequest, name]);
  return (
    <section
      ref={box}
      tabIndex={-1}
      aria-label={label}
      data-pane={name}
      data-active={active}
      onFocus={() => paneFocused(name)}
      onKeyDown={({ target, currentTarget }) => {
        // What scrolls may have come after the focus: a page key must reach it.
        if (target === currentTarget) innerScroller(currentTarget)?.focus({ preventScroll: true });
      }}
      className="relative flex h-full min-h-0 flex-col bg-surface outline-none before:pointer-events-none before:absolute before:inset-x-0 before:top-0 before:z-10 before:h-0.5 before:bg-accent before:opacity-0 before:transition-opacity before:duration-120 data-[active=true]:before:opacity-100"
    >
      {children}
    </section>
  );
}

function innerScroller(pane: HTMLElement): HTMLElement | null {
  return pane.querySelector<HTMLElement>('[data-timeline]');
}

/** A hairline to drag; wider to the pointer than to the eye. */
function PaneEdge() {
  const { t } = useTranslation('common');
  return (
    <Separator
      aria-label={t('pane.resize')}
      className="w-px bg-line transition-colors duration-120 outline-offset-0 data-[separator=active]:bg-accent data-[separator=hover]:bg-line-control"
    />
  );
}

function BackBar() {
  const { t } = useTranslation('common');
  const focusPane = useSelection((state) => state.focusPane);
  const keys = useCommandKeys('pane.queue');
  return (
    <div className="flex h-9 shrink-0 items-center border-b px-2">
      <Button variant="quiet" size="small" icon={ArrowLeft} keys={keys} onClick={() => focusPane('queue')}>
        {t('action.back')}
      </Button>
    </div>
  );
}

function NothingOpen() {
  const { t } = useTranslation('common');
  return (
    <div className="flex h-full items-center justify-center px-6 text-center text-faint">
      <p>{t('nothingOpen')}</p>
    </div>
  );
}
