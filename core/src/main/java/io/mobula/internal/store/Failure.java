package io.mobula.internal.store;

import io.mobula.error.MobulaException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.codec.CapturedThrowable;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Why there is no value, as data: no method of a user's exception is called once this is made,
 * except by whoever reads the exception. Each reader is thrown an exception of its own, so that its
 * stack shows who asked; the cause, with the stack of the place where it happened, is shared.
 */
public final class Failure {
  /** What there is to say where there is no memory to say more. */
  public static final Failure UNTOLD = new Failure(
      () -> new TaskFailedException("It failed, and so did telling why: see the log of its node."));

  private final MobulaException known;
  private final List<String> causeTypes;
  private final @Nullable Exact exact;

  /** The exception as its own process made it, to be read by who wants it. */
  interface Exact {
    /** A new instance; runs users' code, and may fail for whatever reason. */
    MobulaException read();

    /** What another process reads it from, or null where it has to be written. */
    byte @Nullable [] bytes();
  }

  /** Makes the exception now, and captures its causes. */
  public Failure(Supplier<? extends MobulaException> made) {
    var exception = make(made);
    var cause = exception.getCause();
    var captured = cause == null ? null : CapturedThrowable.of(cause);
    this.known = captured == null ? exception : ExceptionCopy.of(exception, captured.exception());
    this.causeTypes = captured == null ? List.of() : captured.types();
    this.exact = null;
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
  Failure(MobulaException known, List<String> causeTypes, @Nullable Exact exact) {
    this.known = known;
    this.causeTypes = List.copyOf(causeTypes);
    this.exact = exact;
  }

  /** What follows from another failure, which is its cause. */
  public static Failure following(Failure cause, Function<Throwable, MobulaException> made) {
    var known = made.apply(cause.known);
    var types = CapturedThrowable.of(cause.known).types();
    return new Failure(
        known,
        types,
        cause.exact == null
            ? null
            : new Exact() {
              @Override
              public MobulaException read() {
                return made.apply(cause.raise());
              }

              @Override
              public byte @Nullable [] bytes() {
                return null;
              }
            });
  }

  /** The same failure with another message; its cause stays. */
  public static Failure reworded(Failure of, Function<MobulaException, MobulaException> made) {
    var told = of.exact;
    return new Failure(
        made.apply(of.known),
        of.causeTypes,
        told == null
            ? null
            : new Exact() {
              @Override
              public MobulaException read() {
                return made.apply(told.read());
              }

              @Override
              public byte @Nullable [] bytes() {
                return null;
              }
            });
  }

  /**
   * The exception as a new instance, for who wants the value: reads what another process has sent,
   * which may run users' code. A class that is not here is replaced by a stand-in.
   */
  public MobulaException raise() {
    return exact == null ? plain() : read(exact);
  }

  private MobulaException read(Exact from) {
    try {
      var raised = from.read();
      raised.fillInStackTrace(); // who asks here; where it happened, its cause tells
      return raised;
    } catch (Throwable unreadable) { // a class that is not here, or that refuses
      var told = plain();
      told.addSuppressed(CapturedThrowable.of(unreadable).exception());
      return told;
    }
  }

  /** As {@link #raise}, for the engine itself: with stand-ins, and no user's code. */
  public MobulaException plain() {
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

  @Nullable
  Exact exact() {
    return exact;
  }

  /** For messages. */
  @Override
  public String toString() {
    return "Failure: " + known;
  }
}
