package io.mobula.internal.task;

import org.jspecify.annotations.Nullable;

/** Event in the life of a remote slot, with its row in the table of transitions. */
enum RemoteSlotEvent {
  /** The task that runs there begins to wait. */
  BLOCK,
  /** That task goes on. */
  RESUME,
  /** The ledger there wants the lease back, as others wait for its resources. */
  RECALL,
  /** One of both sides ends the slot, or the node there has left. */
  END;

  /** Returns the state after this event, or null if the event changes nothing in that state. */
  @Nullable
  RemoteSlotState after(RemoteSlotState state) {
    return switch (this) {
      case BLOCK ->
        switch (state) {
          case OPEN -> RemoteSlotState.BLOCKED;
          case RECALLED -> RemoteSlotState.RECALLED_AND_BLOCKED;
          case BLOCKED, RECALLED_AND_BLOCKED, ENDED -> null;
        };
      case RESUME ->
        switch (state) {
          case BLOCKED -> RemoteSlotState.OPEN;
          case RECALLED_AND_BLOCKED -> RemoteSlotState.RECALLED;
          case OPEN, RECALLED, ENDED -> null;
        };
      case RECALL ->
        switch (state) {
          case OPEN -> RemoteSlotState.RECALLED;
          case BLOCKED -> RemoteSlotState.RECALLED_AND_BLOCKED;
          case RECALLED, RECALLED_AND_BLOCKED, ENDED -> null;
        };
      case END -> state == RemoteSlotState.ENDED ? null : RemoteSlotState.ENDED;
    };
  }
}
