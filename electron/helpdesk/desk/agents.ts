/** The agents of a new helpdesk: plainly sample people. The first one holds the token. */
export const AGENTS = [
  { id: 'a1', name: 'Sample Agent Anna', email: 'anna@helpdesk.invalid' },
  { id: 'a2', name: 'Sample Agent Boris', email: 'boris@helpdesk.invalid' },
  { id: 'a3', name: 'Sample Agent Hanna', email: 'hanna@helpdesk.invalid' },
  { id: 'a4', name: 'Sample Agent Minh', email: 'minh@helpdesk.invalid' },
] as const;
