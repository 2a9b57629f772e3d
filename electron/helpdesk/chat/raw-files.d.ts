/** Files of the chat page as text, put into the bundle by Vite. */
declare module '*?raw' {
  const text: string;
  export default text;
}
