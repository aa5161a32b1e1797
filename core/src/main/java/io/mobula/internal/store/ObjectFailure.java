package io.mobula.internal.store;

import io.mobula.error.MobulaException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.codec.CapturedThrowable;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Failure of an object as data. Once this is created, no method of a user's exception is called,
 * except by a reader of the exception. Each reader is thrown an exception of its own, so that its
 * stack shows the reader; the cause, with the stack of the original failure, is shared.
 */
public final class ObjectFailure {
  /** Failure without details, for want of memory to say more. */
  public static final ObjectFailure UNDESCRIBED = new ObjectFailure(
      () -> new TaskFailedException("It failed, and so did telling why: see the log of its node."));

  private final MobulaException known;
  private final List<String> causeTypes;
  private final @Nullable EncodedException encodedException;
  private final boolean here; // the exception is of this process, and need not be decoded

  /** Relation of the exception to the one that was encoded. */
  enum Relation {
    ITSELF,
    /** Exception with another message for the same cause. */
    SAME_CAUSE,
    /** Exception whose cause is the one that was encoded. */
    CAUSED_BY
  }

  /**
   * Exception encoded by the thread that ran the throwing code, so that nobody who passes it on
   * calls a method of it.
   *
   * @param bytes the exception, or the one that it is related to
   * @param decoder decodes the bytes
   * @param known what is known without decoding
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
  record EncodedException(
      byte[] bytes,
      Relation relation,
      Function<byte[], ? extends @Nullable Object> decoder,
      MobulaException known) {

    /** Decodes a new instance; runs users' code, and may fail for any reason. */
    MobulaException read() {
      var written = (MobulaException) Objects.requireNonNull(decoder.apply(bytes));
      return switch (relation) {
        case ITSELF -> written;
        case SAME_CAUSE -> ExceptionCopy.of(known, written.getCause());
        case CAUSED_BY -> ExceptionCopy.of(known, written);
      };
    }

    /**
     * Returns the encoded form of a failure that this one has caused. The encoded exception is the
     * cause, even if there were others in between: their messages are part of the new message, and
     * nothing has to be encoded again.
     */
    EncodedException caused(MobulaException made) {
      return new EncodedException(bytes, Relation.CAUSED_BY, decoder, made);
    }

    EncodedException reworded(MobulaException made) {
      var now = relation == Relation.ITSELF ? Relation.SAME_CAUSE : relation;
      return new EncodedException(bytes, now, decoder, made);
    }
  }

  /** Creates the exception now, and captures its causes. */
  public ObjectFailure(Supplier<? extends MobulaException> made) {
    var exception = make(made);
    var cause = exception.getCause();
    var captured = cause == null ? null : CapturedThrowable.of(cause);
    this.known = captured == null ? exception : ExceptionCopy.of(exception, captured.exception());
    this.causeTypes = captured == null ? List.of() : captured.types();
    this.encodedException = null;
    this.here = true;
  }

  private static MobulaException make(Supplier<? extends MobulaException> made) {
    try {
      return made.get();
    } catch (Throwable broken) { // its message may come from a user's class
      var captured = CapturedThrowable.of(broken);
      return new TaskFailedException(
          "It failed, and its message cannot be made: " + captured.text(), captured.exception());
    }
  }

  /**
   * Creates a failure of another process.
   *
   * @param known what is known without the classes of its causes
   * @param causeTypes the binary names of the class of its cause and of the superclasses of that
   */
  ObjectFailure(MobulaException known, List<String> causeTypes, @Nullable EncodedException exact) {
    this(known, causeTypes, exact, false);
  }

  private ObjectFailure(
      MobulaException known,
      List<String> causeTypes,
      @Nullable EncodedException exact,
      boolean here) {
    this.known = known;
    this.causeTypes = List.copyOf(causeTypes);
    this.encodedException = exact;
    this.here = here;
  }

  /** Creates a failure whose cause is another failure. */
  public static ObjectFailure following(
      ObjectFailure cause, Function<Throwable, MobulaException> made) {
    var known = made.apply(cause.known);
    var types = CapturedThrowable.of(cause.known).types();
    var exact = cause.encodedException;
    return new ObjectFailure(known, types, exact == null ? null : exact.caused(known), cause.here);
  }

  /** Creates a failure with another message and the same cause. */
  public static ObjectFailure reworded(
      ObjectFailure of, Function<MobulaException, MobulaException> made) {
    var known = made.apply(of.known);
    var exact = of.encodedException;
    return exact == null
        ? new ObjectFailure(known, of.causeTypes, null)
        : new ObjectFailure(known, of.causeTypes, exact.reworded(known), of.here);
  }

  /**
   * Encodes the exception in the thread that ran the throwing code, so that nobody who sends the
   * failure calls a method of it. An exception that cannot be encoded is replaced by stand-ins.
   */
  ObjectFailure withEncodedException(
      Function<MobulaException, byte[]> encoder,
      Function<byte[], ? extends @Nullable Object> decoder) {
    if (encodedException != null || known.getCause() == null) {
      return this;
    }
    return new ObjectFailure(
        known,
        causeTypes,
        new EncodedException(encoder.apply(toStandInException()), Relation.ITSELF, decoder, known),
        true);
  }

  /**
   * Creates a new instance of the exception for a reader of the value. Decodes what another process
   * has sent, which may run users' code; a class that is missing here is replaced by a stand-in.
   */
  public MobulaException toException() {
    return encodedException == null || here ? toStandInException() : read(encodedException);
  }

  private MobulaException read(EncodedException from) {
    try {
      var raised = from.read();
      raised.fillInStackTrace(); // the stack of the reader; the cause has the stack of the failure
      return raised;
    } catch (Throwable unreadable) { // a class that is missing here, or whose decoding fails
      var told = toStandInException();
      told.addSuppressed(CapturedThrowable.of(unreadable).exception());
      return told;
    }
  }

  /** Creates the exception for Mobula's own use, with stand-ins and without running users' code. */
  public MobulaException toStandInException() {
    return ExceptionCopy.of(known, known.getCause());
  }

  /** Returns whether the exception is of this class. */
  public boolean is(Class<? extends MobulaException> type) {
    return type.isInstance(known);
  }

  /** Returns whether its cause is of that class, compared by name. */
  public boolean isCausedBy(Class<? extends Throwable> type) {
    return causeTypes.contains(type.getName());
  }

  /**
   * Returns the binary names of the class of its cause and of the superclasses of that; none if it
   * has no cause.
   */
  public List<String> causeTypes() {
    return causeTypes;
  }

  /** Returns the encoded exception, or null if it was not encoded. */
  @Nullable
  EncodedException encodedException() {
    return encodedException;
  }

  /** Returns the failure as text for messages. */
  @Override
  public String toString() {
    return "Failure: " + known;
  }
}
