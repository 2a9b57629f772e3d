import { useState, type ReactNode } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import type { Settings } from '@shared/contract/door';
import { STATUSES } from '@shared/domain/entities';
import { Banner } from '@renderer/components/Banner';
import { Button } from '@renderer/components/Button';
import { Dialog } from '@renderer/components/Dialog';
import { Segments } from '@renderer/components/Segments';
import { Select } from '@renderer/components/Select';
import { saveSettings, useSettings } from '@renderer/data/settings';
import { openAccounts } from '@renderer/state/account-screen';
import { useCommand } from '@renderer/state/commands';
import { useOverlay } from '@renderer/state/overlays';

/** In seconds; the host keeps milliseconds. */
const UNDO_TIMES_S = [0, 5, 10, 20, 30];

/** In minutes; the host keeps milliseconds. */
const CHAT_LATE_MIN = [1, 2, 3, 5, 10, 15, 30];

/** Each language by its own name, so it is found from any other. */
const LANGUAGE_NAMES = { en: 'English', ru: 'Русский', be: 'Беларуская', vi: 'Tiếng Việt' } as const;

/** How the console looks and what it does after a reply; every change counts at once. */
export function SettingsDialog() {
  const { t } = useTranslation(['settings', 'common', 'team']);
  const open = useOverlay((state) => state.open) === 'settings';
  const show = useOverlay((state) => state.show);
  const settings = useSettings();
  const [failed, setFailed] = useState(false);
  useCommand({
    id: 'app.settings',
    group: 'app',
    keys: ['Mod+,'],
    inEditor: true,
    label: t('title'),
    run: () => show('settings'),
  });
  const save = (patch: Partial<Settings>) => {
    setFailed(false);
    saveSettings(patch).catch(() => setFailed(true));
  };
  const undoTimes = [...new Set([...UNDO_TIMES_S, settings.undoSendMs / 1_000])].sort((a, b) => a - b);
  const chatLate = [...new Set([...CHAT_LATE_MIN, settings.chatLateMs / 60_000])].sort((a, b) => a - b);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        show(next ? 'settings' : null);
        setFailed(false);
      }}
      title={t('title')}
      description={t('atOnce')}
    >
      {failed && (
        <div className="mb-2 overflow-hidden rounded-control">
          <Banner tone="danger" role="alert">
            {t('notSaved')}
          </Banner>
        </div>
      )}
      <Row label={t('theme.label')}>
        <Segments
          label={t('theme.label')}
          value={settings.theme}
          onChange={(theme) => save({ theme })}
          options={(['system', 'light', 'dark'] as const).map((value) => ({
            value,
            label: t(`theme.${value}`),
          }))}
        />
      </Row>
      <Row label={t('density.label')}>
        <Segments
          label={t('density.label')}
          value={settings.density}
          onChange={(density) => save({ density })}
          options={(['comfortable', 'compact'] as const).map((value) => ({
            value,
            label: t(`density.${value}`),
          }))}
        />
      </Row>
      <Row label={t('language.label')}>
        <Select
          label={t('language.label')}
          value={settings.locale}
          onChange={(locale) => save({ locale })}
          className="w-48"
          options={[
            { value: 'system', label: t('language.system') },
            ...(['en', 'ru', 'be', 'vi'] as const).map((value) => ({ value, label: LANGUAGE_NAMES[value] })),
          ]}
        />
      </Row>
      <Row label={t('undo.label')} hint={t('undo.hint')}>
        <Select
          label={t('undo.label')}
          value={String(settings.undoSendMs / 1_000)}
          onChange={(seconds) => save({ undoSendMs: Number(seconds) * 1_000 })}
          className="w-48"
          options={undoTimes.map((seconds) => ({
            value: String(seconds),
            label: seconds === 0 ? t('undo.none') : t('undo.seconds', { count: seconds }),
          }))}
        />
      </Row>
      <Row label={t('chatLate.label')} hint={t('chatLate.hint')}>
        <Select
          label={t('chatLate.label')}
          value={String(settings.chatLateMs / 60_000)}
          onChange={(minutes) => save({ chatLateMs: Number(minutes) * 60_000 })}
          className="w-48"
          options={chatLate.map((minutes) => ({
            value: String(minutes),
            label: t('chatLate.minutes', { count: minutes }),
          }))}
        />
      </Row>
      <Row label={t('after.label')} hint={t('after.hint')}>
        <Select
          label={t('after.label')}
          value={settings.statusAfterReply ?? 'keep'}
          onChange={(status) => save({ statusAfterReply: status === 'keep' ? null : status })}
          className="w-48"
          options={[
            { value: 'keep' as const, label: t('after.keep') },
            ...STATUSES.filter((status) => status !== 'new').map((value) => ({
              value,
              label: t(`common:status.${value}`),
            })),
          ]}
        />
      </Row>
      <Row label={t('team:title')} hint={t('team:settings.hint')}>
        <Button onClick={() => show('team')}>{t('team:settings.open')}</Button>
      </Row>
      <Row label={t('accounts.label')} hint={t('accounts.hint')}>
        <Button onClick={() => openAccounts({ name: 'list' })}>{t('accounts.open')}</Button>
      </Row>
    </Dialog>
  );
}

function Row({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line/60 py-2 last:border-b-0">
      <div className="min-w-32 flex-1">
        <p>{label}</p>
        {hint !== undefined && <p className="text-meta text-muted">{hint}</p>}
      </div>
      {children}
    </div>
  );
}
