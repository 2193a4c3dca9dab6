import { Component, type ReactNode } from 'react';
import { Failed } from '../kit/states.js';

/** Shows a fault of a page in its place. The rest of the console goes on. */
export class Boundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return <Failed error={this.state.error} retry={() => location.reload()} />;
  }
}
