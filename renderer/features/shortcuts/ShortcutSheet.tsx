import { useState } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { Dialog } from '@renderer/components/Dialog';
import { Kbd } from '@renderer/components/Kbd';
import { TextField } from '@renderer/components/TextField';
import { COMMAND_GROUPS, useCommand, useCommands } from '@renderer/state/commands';
import { useOverlay } from '@renderer/state/overlays';

/** Every key there is now, from the registry itself, so it cannot be out of date. */
export function ShortcutSheet() {
  const { t } = useTranslation(['shortcuts', 'common']);
  const open = useOverlay((state) => state.open) === 'shortcuts';
  const show = useOverlay((state) => state.show);
  useCommand({
    id: 'app.shortcuts',
    group: 'app',
    keys: ['?'],
    label: t('title'),
    run: () => show('shortcuts'),
  });
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => show(next ? 'shortcuts' : null)}
      title={t('title')}
      description={t('layouts')}
      size="wide"
    >
      <Sheet />
    </Dialog>
  );
}

function Sheet() {
  const { t } = useTranslation(['shortcuts', 'common']);
  const [wanted, setWanted] = useState('');
  const commands = useCommands();
  const needle = wanted.trim().toLocaleLowerCase();
  const shown = commands.filter(
    ({ keys, label }) => keys.length > 0 && label.toLocaleLowerCase().includes(needle),
  );
  return (
    <>
      <div className="pt-1 pb-3">
        <TextField
          label={t('find')}
          hideLabel
          data-first-focus
          placeholder={t('find')}
          value={wanted}
          onChange={(change) => setWanted(change.target.value)}
          className="w-full"
        />
      </div>
      {shown.length === 0 && <p className="py-6 text-center text-muted">{t('none')}</p>}
      <div className="gap-x-8 min-[44rem]:columns-2">
        {COMMAND_GROUPS.map((group) => {
          const rows = shown.filter((command) => command.group === group);
          if (rows.length === 0) return null;
          return (
            <section key={group} className="mb-4 break-inside-avoid">
              <h3 className="mb-1 text-meta font-strong text-muted">{t(`group.${group}`)}</h3>
              <dl>
                {rows.map(({ id, keys, label }) => (
                  <div key={id} className="flex min-h-7 items-center gap-3 border-b border-line/60 py-1">
                    <dt className="min-w-0 flex-1">{label}</dt>
                    <dd className="flex shrink-0 items-center gap-2 text-muted">
                      {keys.slice(0, 2).map((binding, i) => (
                        <span key={binding} className="flex items-center gap-2">
                          {i > 0 && <span className="text-meta text-faint">{t('or')}</span>}
                          <Kbd keys={binding} />
                        </span>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </>
  );
}
