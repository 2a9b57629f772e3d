export const files = import.meta.glob('../../resources/locales/be/*.json', {
  eager: true,
  import: 'default',
});
