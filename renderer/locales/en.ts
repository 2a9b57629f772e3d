export const files = import.meta.glob('../../resources/locales/en/*.json', {
  eager: true,
  import: 'default',
});
