import { Component, type ReactNode } from 'react';

export interface BoundaryProps {
  /** What stands in the place of the children when they cannot be drawn; `again` tries once more. */
  fallback: (again: () => void) => ReactNode;
  /** Tried again by itself when this changes: it is what was drawn. */
  of?: unknown;
  children: ReactNode;
}

interface State {
  failed: boolean;
  of: unknown;
}

/**
 * Keeps what cannot be drawn to itself: whatever a helpdesk sent, it takes down its own row or pane and
 * never the window. React tells of the error in the browser's own log.
 */
export class Boundary extends Component<BoundaryProps, State> {
  override state: State = { failed: false, of: this.props.of };

  static getDerivedStateFromError(): Partial<State> {
    return { failed: true };
  }

  static getDerivedStateFromProps({ of }: BoundaryProps, state: State): Partial<State> | null {
    return of === state.of ? null : { failed: false, of };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return this.props.fallback(() => this.setState({ failed: false }));
  }
}
