export const files = import.meta.glob('../../resources/locales/ru/*.json', {
  eager: true,
  import: 'default',
});
