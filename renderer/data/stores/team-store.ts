/** The team's data as the host has it, asked for when somebody first looks. */
import { teamStateSchema, type TeamState } from '@shared/contract/team';
import { withOwnHelpdesk, type PersonLink } from '@shared/domain/team-data';
import type { DoorClient } from '../door/door-client';
import { Signal } from './signal';

export class TeamStore {
  /** `null` until the host's first answer. */
  readonly state = new Signal<TeamState | null>(null);
  readonly #door: Pick<DoorClient, 'team'>;
  #wanted = false;
  #asked = 0;

  constructor(door: Pick<DoorClient, 'team'>) {
    this.#door = door;
  }

  /** Somebody looks: from now on it is kept fresh. */
  want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.changed();
  }

  /** The host has something else by now. What fails is asked again when the link is back. */
  async changed(): Promise<void> {
    if (!this.#wanted) return;
    await this.change(() => this.#door.team(teamStateSchema, 'GET', '')).catch(() => undefined);
  }

  /** Takes the answer of a request, unless a later one was sent meanwhile. Rejects as the request does. */
  async change(ask: () => Promise<TeamState>): Promise<TeamState> {
    const asked = (this.#asked += 1);
    const state = await ask();
    if (asked === this.#asked) this.state.set(state);
    return state;
  }
}

/** All words about who is who: those of this computer and those of the team; the later one counts. */
export function linksOf(
  state: TeamState | null,
  accounts: Parameters<typeof withOwnHelpdesk>[1],
): readonly PersonLink[] {
  if (state === null) return [];
  return [...state.team.personLink, ...withOwnHelpdesk(state.computer.personLink, accounts)];
}
