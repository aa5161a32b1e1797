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
 * Why there is no value, as data: no method of a user's exception is called once this is made,
 * except by whoever reads the exception. Each reader is thrown an exception of its own, so that its
 * stack shows who asked; the cause, with the stack of the place where it happened, is shared.
 */
public final class ObjectFailure {
  /** What there is to say where there is no memory to say more. */
  public static final ObjectFailure UNDESCRIBED = new ObjectFailure(
      () -> new TaskFailedException("It failed, and so did telling why: see the log of its node."));

  private final MobulaException known;
  private final List<String> causeTypes;
  private final @Nullable EncodedException encodedException;
  private final boolean here; // the exception is of this process, and need not be read

  /** How the exception is related to the one that was written. */
  enum Relation {
    ITSELF,
    /** Another message for the same cause. */
    SAME_CAUSE,
    /** The one that was written is its cause. */
    CAUSED_BY
  }

  /**
   * An exception that has been written, by the thread that ran the code which threw it: whoever
   * passes it on calls no method of it.
   *
   * @param bytes the exception, or what it is related to
   * @param decoder reads them
   * @param known what can be told without reading
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record EncodedException(
      byte[] bytes,
      Relation relation,
      Function<byte[], ? extends @Nullable Object> decoder,
      MobulaException known) {

    /** A new instance; runs users' code, and may fail for whatever reason. */
    MobulaException read() {
      var written = (MobulaException) Objects.requireNonNull(decoder.apply(bytes));
      return switch (relation) {
        case ITSELF -> written;
        case SAME_CAUSE -> ExceptionCopy.of(known, written.getCause());
        case CAUSED_BY -> ExceptionCopy.of(known, written);
      };
    }

    /**
     * What follows from it. The exception that was written is the cause, also where others came
     * between: their texts are part of the new one's, and nothing has to be written anew.
     */
    EncodedException caused(MobulaException made) {
      return new EncodedException(bytes, Relation.CAUSED_BY, decoder, made);
    }

    EncodedException reworded(MobulaException made) {
      var now = relation == Relation.ITSELF ? Relation.SAME_CAUSE : relation;
      return new EncodedException(bytes, now, decoder, made);
    }
  }

  /** Makes the exception now, and captures its causes. */
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
    } catch (Throwable broken) { // a text that a user's class gives
      var captured = CapturedThrowable.of(broken);
      return new TaskFailedException(
          "It failed, and its message cannot be made: " + captured.text(), captured.exception());
    }
  }

  /**
   * A failure of another process.
   *
   * @param known what can be told without the classes of its causes
   * @param causeTypes the binary names of its cause's class and that one's superclasses
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

  /** What follows from another failure, which is its cause. */
  public static ObjectFailure following(
      ObjectFailure cause, Function<Throwable, MobulaException> made) {
    var known = made.apply(cause.known);
    var types = CapturedThrowable.of(cause.known).types();
    var exact = cause.encodedException;
    return new ObjectFailure(known, types, exact == null ? null : exact.caused(known), cause.here);
  }

  /** The same failure with another message; its cause stays. */
  public static ObjectFailure reworded(
      ObjectFailure of, Function<MobulaException, MobulaException> made) {
    var known = made.apply(of.known);
    var exact = of.encodedException;
    return exact == null
        ? new ObjectFailure(known, of.causeTypes, null)
        : new ObjectFailure(known, of.causeTypes, exact.reworded(known), of.here);
  }

  /**
   * The same with its exception written, in the thread that ran the code which threw it: from now
   * on nobody who sends it calls a method of it. An exception that cannot be written is told by
   * stand-ins.
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
   * The exception as a new instance, for who wants the value: reads what another process has sent,
   * which may run users' code. A class that is not here is replaced by a stand-in.
   */
  public MobulaException toException() {
    return encodedException == null || here ? toStandInException() : read(encodedException);
  }

  private MobulaException read(EncodedException from) {
    try {
      var raised = from.read();
      raised.fillInStackTrace(); // who asks here; where it happened, its cause tells
      return raised;
    } catch (Throwable unreadable) { // a class that is not here, or that refuses
      var told = toStandInException();
      told.addSuppressed(CapturedThrowable.of(unreadable).exception());
      return told;
    }
  }

  /** As {@link #toException}, for the engine itself: with stand-ins, and no user's code. */
  public MobulaException toStandInException() {
    return ExceptionCopy.of(known, known.getCause());
  }

  /** Whether it is of this class. */
  public boolean is(Class<? extends MobulaException> type) {
    return type.isInstance(known);
  }

  /** Whether what brought it about is of that class, by name. */
  public boolean isCausedBy(Class<? extends Throwable> type) {
    return causeTypes.contains(type.getName());
  }

  /** The binary names of its cause's class and that one's superclasses; none if it has no cause. */
  public List<String> causeTypes() {
    return causeTypes;
  }

  /** The exception as it was written, if it was. */
  @Nullable
  EncodedException encodedException() {
    return encodedException;
  }

  /** For messages. */
  @Override
  public String toString() {
    return "Failure: " + known;
  }
}
