/** The team's data for the screens: replies to choose from, the bundle that is followed, publishing. */
import {
  teamLookSchema,
  teamStateSchema,
  type PublisherDraft,
  type TeamBook,
  type TeamLook,
  type TeamRecordName,
  type TeamRecordPut,
  type TeamState,
} from '@shared/contract/team';
import type { MessageBody } from '@shared/domain/entities';
import { useEffect, useMemo } from 'react';
import { z } from 'zod';
import { pageData } from './current';
import { useSignal } from './stores/use-signal';

/** `null` until the host has answered. */
export function useTeam(): TeamState | null {
  const { team } = pageData();
  useEffect(() => team.want(), [team]);
  return useSignal(team.state);
}

/** A text that can be put into an answer, and where it lives. */
export interface ReplyChoice {
  key: string;
  home: 'computer' | 'team' | 'helpdesk';
  title: string;
  body: MessageBody;
  shortcut: string | null;
  folder: string | null;
}

/** What an agent of this account can choose from: this computer's first, then the team's, then the helpdesk's. */
export function useReplyChoices(accountId: string): readonly ReplyChoice[] {
  const { savedReplies } = pageData();
  useEffect(() => savedReplies.want(), [savedReplies]);
  const kept = useSignal(savedReplies.replies);
  const team = useTeam();
  return useMemo(() => {
    const choice =
      (home: ReplyChoice['home']) => (reply: Omit<ReplyChoice, 'key' | 'home'> & { id: string }) => ({
        ...reply,
        home,
        key: `${home}/${reply.id}`,
      });
    return [
      ...(team?.computer.teamReply ?? []).map(choice('computer')),
      ...(team?.team.teamReply ?? []).map(choice('team')),
      ...kept.filter((reply) => reply.accountId === accountId).map(choice('helpdesk')),
    ];
  }, [kept, team, accountId]);
}

const asked = (method: string, place: string, body?: unknown): Promise<TeamState> => {
  const { team, door } = pageData();
  return team.change(() => door.team(teamStateSchema, method, place, body));
};

/** What a link leads to; keeps nothing. All of these throw DoorFailure. */
export function lookAtBundle(link: string): Promise<TeamLook> {
  return pageData().door.team(teamLookSchema, 'POST', '/look', { link });
}

export const followBundle = (link: string) => asked('POST', '/follow', { link });
export const unfollowBundle = () => asked('POST', '/unfollow');
export const refreshBundle = () => asked('POST', '/refresh');
export const putTeamRecord = (book: TeamBook, put: TeamRecordPut) => asked('PUT', `/records/${book}`, put);
export const removeTeamRecord = (book: TeamBook, name: TeamRecordName) =>
  asked('POST', `/records/${book}/remove`, name);
export const setUpPublisher = (draft: PublisherDraft) => asked('POST', '/publisher', draft);
export const publishRevision = () => asked('POST', '/publish');
export const changePublisherKey = () => asked('POST', '/new-key');

/** The newest published revision as a file to upload. */
export async function bundleFile(): Promise<Blob> {
  const file = await pageData().door.team(z.unknown(), 'GET', '/bundle.json');
  return new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' });
}
