package io.mobula.internal.placement;

import org.jspecify.annotations.Nullable;

/** State of a search for a lease: where its request is. */
enum LeaseSearchState {
  /** State of a search whose request is at no ledger. */
  UNPLACED,

  /** State of a search whose request is at the ledger of this node or of a bundle here. */
  AT_OWN_LEDGER,

  /** State of a search whose request is at another node. */
  AT_PEER,

  /** State of a search that has ended: by a grant, a refusal, or as the lease is not wanted. */
  OVER;

  /** Event that moves a search to another state. */
  enum SearchEvent {
    /** Event that the request was given to a ledger here. */
    ASKED_OWN_LEDGER,

    /** Event that the request was sent to another node. */
    ASKED_PEER,

    /** Event that the search has taken its request back, to move it or to end. */
    WITHDRAWN,

    /** Event that the ledger here has closed, or does not exist. */
    TURNED_AWAY,

    /** Event that the other node has answered that it does not grant the request. */
    REDIRECTED,

    /** Event that the other node has left, or has granted a lease that cannot be used. */
    LOST,

    /** Event that the ledger that has the request has granted the lease. */
    GRANTED,

    /** Event that the placement attempt or the other node says that nothing can be granted. */
    REFUSED,

    /** Event that the requester does not want the lease any more. */
    UNWANTED
  }

  /**
   * Returns the state after an event.
   *
   * @throws IllegalStateException if the event cannot happen in this state
   */
  LeaseSearchState after(SearchEvent event) {
    var next = next(event);
    if (next == null) {
      throw new IllegalStateException(
          "A search for a lease that is " + this + " is never " + event);
    }
    return next;
  }

  /** Looks up the table of transitions; null where there is none. */
  private @Nullable LeaseSearchState next(SearchEvent event) {
    return switch (this) {
      case UNPLACED ->
        switch (event) {
          case ASKED_OWN_LEDGER -> AT_OWN_LEDGER;
          case ASKED_PEER -> AT_PEER;
          case REFUSED, UNWANTED -> OVER;
          case WITHDRAWN, TURNED_AWAY, REDIRECTED, LOST, GRANTED -> null;
        };
      case AT_OWN_LEDGER ->
        switch (event) {
          case WITHDRAWN, TURNED_AWAY -> UNPLACED;
          case GRANTED, UNWANTED -> OVER;
          case ASKED_OWN_LEDGER, ASKED_PEER, REDIRECTED, LOST, REFUSED -> null;
        };
      case AT_PEER ->
        switch (event) {
          case WITHDRAWN, REDIRECTED, LOST -> UNPLACED;
          case GRANTED, REFUSED -> OVER;
          case ASKED_OWN_LEDGER, ASKED_PEER, TURNED_AWAY, UNWANTED -> null;
        };
      case OVER -> null;
    };
  }
}
