import { Component } from 'preact';
import { ApiError, type ComponentChildren, Failure, html } from '../sdk/ui/index.ts';
import { say } from './messages.ts';

interface BoundaryProps {
  readonly children?: ComponentChildren;
  /** What is shown instead of a part that cannot be; else that it cannot, with a way to try again. */
  readonly instead?: ComponentChildren;
}

/** Where a part throws that a pack has made, the page around it goes on. */
export class Boundary extends Component<BoundaryProps, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static override getDerivedStateFromError() {
    return { isBroken: true };
  }

  override componentDidCatch(error: unknown) {
    reportError(error);
  }

  override render() {
    const { children, instead } = this.props;
    if (!this.state.isBroken) return children;
    return instead ?? html`<${Failure} error=${new ApiError(0, { detail: say('part.broken') })} retry=${() => this.setState({ isBroken: false })} />`;
  }
}
