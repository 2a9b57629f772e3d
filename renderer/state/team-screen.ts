/** What is being written on the team screen: kept when it closes by accident. */
import type { TeamReply } from '@shared/domain/team-data';
import { create } from 'zustand';

export interface TypedReply {
  /** For this computer, or for the next revision of the team's bundle. */
  book: 'computer' | 'draft';
  /** As it was when the form opened; new ones are not kept anywhere yet. */
  reply: TeamReply;
  title: string;
  shortcut: string;
  text: string;
}

interface TeamScreen {
  typed: TypedReply | null;
  write: (book: TypedReply['book'], reply: TeamReply) => void;
  type: (patch: Partial<Pick<TypedReply, 'title' | 'shortcut' | 'text'>>) => void;
  forget: () => void;
}

export const useTeamScreen = create<TeamScreen>()((set) => ({
  typed: null,
  write: (book, reply) =>
    set({
      typed: {
        book,
        reply,
        title: reply.title,
        shortcut: reply.shortcut ?? '',
        text: reply.body.content,
      },
    }),
  type: (patch) => set(({ typed }) => ({ typed: typed === null ? null : { ...typed, ...patch } })),
  forget: () => set({ typed: null }),
}));
