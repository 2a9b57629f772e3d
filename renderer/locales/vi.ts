export const files = import.meta.glob('../../resources/locales/vi/*.json', {
  eager: true,
  import: 'default',
});
