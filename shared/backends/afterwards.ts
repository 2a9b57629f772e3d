/**
 * What is left to do once a message has left. To fail then would tell that the message had not, and have
 * it sent again; so it is tried twice, and the proof shows the conversation as it is.
 */
export async function afterwards(task: () => Promise<unknown>): Promise<void> {
  await task()
    .catch(task)
    .catch(() => undefined);
}
