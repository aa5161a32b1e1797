package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ObjectContent;
import java.util.Objects;

/**
 * Writer of results of work that another process has submitted. A sealed result stays here until
 * nobody holds it, or is lent. Safe for all threads.
 */
final class ResultWriter {
  private final SharedObjectTable table;
  private final LocalCopies localCopies;
  private final ValueCodec codec;
  private final ResultLoans loans;

  ResultWriter(
      SharedObjectTable table, LocalCopies localCopies, ValueCodec codec, ResultLoans loans) {
    this.table = table;
    this.localCopies = localCopies;
    this.codec = codec;
    this.loans = loans;
  }

  /**
   * Writes a result to a frame. The outcome belongs to the frame: if it cannot be written, it is
   * discarded.
   *
   * @return releases the hold for the receiver, to be run once the receiver has stated its own
   * @throws io.mobula.error.CodecException if a ref inside cannot leave this node, or the frame
   *     gets too large
   */
  Runnable write(FrameWriter out, Object outcome, ObjectId id, int attempt) {
    if (outcome instanceof ObjectContent.Sealed sealed && !codec.fitsFrame(sealed)) {
      var entry = table.keep(id, sealed, attempt);
      out.addCarriedRef(id);
      try {
        codec.write(out, Objects.requireNonNullElse(localCopies.here(id), sealed), id);
      } catch (RuntimeException | Error e) { // the frame is full
        entry.release();
        throw e;
      }
      return entry::release;
    }
    try {
      codec.write(out, outcome, id);
    } catch (RuntimeException | Error e) {
      if (outcome instanceof ObjectContent content) {
        content.discard();
      }
      throw e;
    }
    return outcome instanceof ObjectContent content ? content::discard : () -> {};
  }

  /**
   * Writes a result that nobody can reconstruct. If the receiver shares this host, a large result
   * is lent to it and the directory is not told.
   */
  Runnable writeOrLend(FrameWriter out, Object outcome, ObjectId id, int attempt, NodeId to) {
    if (outcome instanceof ObjectContent.Sealed sealed
        && !codec.fitsFrame(sealed)
        && loans.canLend(sealed, to)) {
      codec.writeLoan(out, sealed, id, attempt, loans.lend(sealed, id, attempt, to));
      return () -> {};
    }
    return write(out, outcome, id, attempt);
  }
}
