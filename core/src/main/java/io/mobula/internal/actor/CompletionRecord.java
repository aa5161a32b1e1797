package io.mobula.internal.actor;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ContentConverter;
import io.mobula.internal.store.FlatValue;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.util.List;

/**
 * Record of a call's outcome in a checkpoint, or the fact that the outcome was discarded.
 *
 * @param bytes the encoded value or failure, as in frames
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
record CompletionRecord(Kind kind, byte[] bytes) {
  /** Maximum size of a kept outcome. */
  static final int LARGEST = 100 << 10;

  static final CompletionRecord DISCARDED = new CompletionRecord(Kind.DISCARDED, new byte[0]);

  /** Kind of an outcome; files contain the order of these constants. */
  enum Kind {
    DISCARDED,
    VALUE,
    VIEWED_VALUE,
    FAILURE
  }

  /**
   * Returns the record of a value; discards a value that is too large or contains refs, which a
   * file cannot hold.
   */
  static CompletionRecord of(ObjectContent content, ObjectStore store) {
    var flat = store.converter().flatten(content, LARGEST);
    return flat == null || !flat.edges().isEmpty()
        ? DISCARDED
        : new CompletionRecord(flat.views() ? Kind.VIEWED_VALUE : Kind.VALUE, flat.layout());
  }

  static CompletionRecord of(ObjectFailure failure, ObjectStore store) {
    var flat = store.converter().flatten(failure);
    return flat.length > LARGEST ? DISCARDED : new CompletionRecord(Kind.FAILURE, flat);
  }

  ObjectContent content(ObjectStore store) {
    return ContentConverter.unflatten(new FlatValue(bytes, List.of(), kind == Kind.VIEWED_VALUE));
  }

  ObjectFailure failure(ObjectStore store) {
    return store.converter().readFailure(bytes);
  }

  void write(FrameWriter out) {
    out.choice(kind).block(bytes);
  }

  static CompletionRecord read(FrameReader in) {
    return new CompletionRecord(in.choice(Kind.values()), in.block());
  }
}
