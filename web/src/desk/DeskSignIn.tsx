import { Button, Radio, Select } from '@mantine/core';
import { IconBrowser, IconDeviceLandlinePhone, IconUsers } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';

import { isProblem } from '../api/client';
import { desk } from '../api/commands';
import type { Device, Elsewhere } from '../api/types';
import { live } from '../live/desk';
import { tabName } from '../live/tab';
import { useT } from '../i18n';
import { DeniedState } from '../ui/DeniedState';
import { unlock } from '../audio/output';
import { useDesk } from './DeskContext';
import classes from './cards.module.css';
import { desktopLabel } from './desktopLabel';
import { ElsewhereCard } from './ElsewhereCard';
import { lastSignIn, rememberSignIn } from './signInChoice';

/** Team and device, as they were last time; one click. */
export function DeskSignIn() {
  const t = useT();
  const { view, run, sending } = useDesk();
  const [kept] = useState(lastSignIn);
  const [team, setTeam] = useState(view.teams.find((one) => one.id === kept.team)?.id ?? view.teams[0]?.id ?? '');
  const [device, setDevice] = useState<Device>(kept.device && view.devices.includes(kept.device) ? kept.device : (view.devices[0] ?? 'browser'));
  const [elsewhere, setElsewhere] = useState<Elsewhere | null>(null);

  const signIn = async (takeOver: boolean) => {
    void unlock();
    rememberSignIn({ team, device });
    await run('sign-in', async () => {
      try {
        await desk.signIn({ team, device, tab: tabName(), label: desktopLabel(), take_over: takeOver });
        live.restart();
      } catch (error) {
        if (!isProblem(error, 'signed-in-elsewhere')) throw error;
        setElsewhere(error.body.elsewhere as Elsewhere);
      }
    });
  };

  if (view.teams.length === 0) return <DeniedState title={t('denied.no_team')}>{t('denied.no_team_text', { name: view.agent.name })}</DeniedState>;
  if (elsewhere) return <ElsewhereCard elsewhere={elsewhere} onUse={() => void signIn(true)} onKeep={() => setElsewhere(null)} />;

  return (
    <form
      className={`card ${classes.center}`}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void signIn(false);
      }}
    >
      <h1>{t('desk_signin.title', { name: view.agent.name })}</h1>
      <Select
        label={t('desk_signin.team')}
        leftSection={<IconUsers size={20} stroke={1.75} aria-hidden />}
        data={view.teams.map((one) => ({ value: one.id, label: one.name }))}
        value={team}
        onChange={(id) => setTeam(id ?? team)}
        allowDeselect={false}
      />
      <Radio.Group label={t('desk_signin.device')} value={device} onChange={(value) => setDevice(value as Device)}>
        <div className={classes.devices}>
          {view.devices.map((one) => {
            const Icon = one === 'browser' ? IconBrowser : IconDeviceLandlinePhone;
            return (
              <Radio.Card key={one} value={one} className={classes.device} aria-label={t(one === 'browser' ? 'device.browser' : 'device.sip_phone')}>
                <Radio.Indicator />
                <Icon size={20} stroke={1.75} aria-hidden />
                <span>
                  {t(one === 'browser' ? 'device.browser' : 'device.sip_phone')}
                  <span className="meta" style={{ display: 'block' }}>
                    {t(one === 'browser' ? 'device.browser_text' : 'device.sip_phone_text')}
                  </span>
                </span>
              </Radio.Card>
            );
          })}
        </div>
      </Radio.Group>
      <Button type="submit" variant="filled" size="md" loading={sending === 'sign-in'}>
        {t('desk_signin.submit')}
      </Button>
    </form>
  );
}
