import classes from './Brand.module.css';

/** The product's name; it is the same in every language. */
export function Brand({ size }: { size?: 'large' }) {
  return (
    <span className={classes.brand} data-size={size} translate="no">
      {'Trunkline' /* eslint-disable-line lingui/no-unlocalized-strings -- a name */}
    </span>
  );
}
