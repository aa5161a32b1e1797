package io.mobula.internal.codec;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.KryoBufferUnderflowException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Failure inside a graph on its way up the stack: each level that it passes adds its step of the
 * path.
 *
 * <p>Costs nothing until something fails. It has no stack trace; its cause has one. {@link Codec}
 * turns it into a {@code CodecException}.
 */
final class GraphException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int STEPS_KEPT = 24;
  private static final String KRYO_DEPTH = "Max depth exceeded: ";

  private final transient Deque<String> steps = new ArrayDeque<>();
  private int stepsDropped;
  private @Nullable String faultyClass;
  private transient @Nullable Throwable blamed;
  private boolean tooDeep;

  private GraphException(String reason, @Nullable Throwable cause) {
    super(reason, cause, false, false);
  }

  /** Makes a failure of the value at this place in the graph. */
  static GraphException withReason(String reason) {
    return new GraphException(reason, null);
  }

  /** Makes a failure of the value at this place in the graph, with a cause. */
  static GraphException withReason(String reason, Throwable cause) {
    return new GraphException(reason, cause);
  }

  /** Makes a failure of an instance of this class. */
  static GraphException of(Class<?> culprit, String reason) {
    return of(culprit, reason, null);
  }

  /** Makes a failure of an instance of this class, with a cause. */
  static GraphException of(Class<?> culprit, String reason, @Nullable Throwable cause) {
    GraphException failure = new GraphException(reason, cause);
    failure.faultyClass = culprit.getTypeName();
    return failure;
  }

  /**
   * Converts any throwable into a graph exception. A graph exception is returned unchanged, and a
   * {@link VirtualMachineError} is thrown on.
   *
   * <p>A stack overflow is thrown on as well, up to a frame where there is stack again: a call site
   * or class that is linked for the first time on a full stack stays broken for good. So no code
   * before that check may need linking.
   */
  static GraphException from(Throwable thrown) {
    if (thrown instanceof VirtualMachineError fatal) {
      throw fatal;
    }
    if (thrown instanceof GraphException failure) {
      return failure;
    }
    if (thrown instanceof InvocationTargetException wrapper
        && wrapper.getTargetException() != null) {
      return from(wrapper.getTargetException());
    }
    if (thrown instanceof KryoException kryo) {
      return fromKryo(kryo);
    }
    CapturedThrowable captured = CapturedThrowable.of(thrown); // probably of a user's class
    return new GraphException(captured.text(), captured.exception());
  }

  private static GraphException fromKryo(KryoException thrown) {
    if (thrown.getCause() instanceof StackOverflowError overflow) {
      throw overflow;
    }
    if (thrown.getCause() instanceof GraphException failure) {
      return failure;
    }
    String reason = firstLine(thrown);
    if (reason.startsWith(KRYO_DEPTH)) {
      return tooDeep(Integer.parseInt(reason.substring(KRYO_DEPTH.length())));
    }
    return thrown instanceof KryoBufferUnderflowException
        ? new GraphException("the bytes end too early", thrown)
        : new GraphException(reason, thrown);
  }

  /** Makes the failure of a stack overflow; to be called where there is stack again. */
  static GraphException from(StackOverflowError overflow) {
    return tooDeep(ErrorHints.STACK);
  }

  /** Makes the failure of a graph that is nested deeper than the limit. */
  static GraphException tooDeep(int limit) {
    return tooDeep(
        "the value is nested deeper than the codec's limit of " + limit + ". " + ErrorHints.DEPTH);
  }

  private static GraphException tooDeep(String reason) {
    GraphException failure = new GraphException(reason, null);
    failure.tooDeep = true;
    return failure;
  }

  private static String firstLine(Throwable thrown) {
    String message = CapturedThrowable.messageOf(thrown);
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /**
   * Adds the step that led to the failure, for example {@code .name} or {@code [3]}. Inner steps
   * are added before outer ones.
   */
  GraphException addStep(String step) {
    steps.addFirst(step);
    if (steps.size() > STEPS_KEPT) {
      dropOne();
    }
    return this;
  }

  private void dropOne() {
    Iterator<String> deepestKept = steps.iterator();
    for (int i = 0; i < STEPS_KEPT / 2; i++) {
      deepestKept.next();
    }
    deepestKept.next();
    deepestKept.remove();
    stepsDropped++;
  }

  /** Notes the class of the failed value unless a deeper level has noted one. */
  GraphException inClass(Class<?> type) {
    if (faultyClass == null) {
      faultyClass = type.getTypeName();
    }
    return this;
  }

  /** Notes the exception object that holds the failed value unless a deeper level has noted one. */
  GraphException inThrowable(Throwable holder) {
    if (blamed == null && !tooDeep) {
      blamed = holder;
    }
    return this;
  }

  /** Returns the innermost exception object on the path; a stand-in could replace that object. */
  @Nullable
  Throwable blamedThrowable() {
    return blamed;
  }

  /**
   * Formats the complete text: the path from the root type, the class of the failed value, the
   * reason.
   */
  String describe(String root) {
    StringBuilder text = new StringBuilder(root);
    int shown = 0;
    for (String step : steps) {
      if (stepsDropped > 0 && shown++ == STEPS_KEPT / 2) {
        text.append(" … ").append(stepsDropped).append(" steps … ");
      }
      text.append(step);
    }
    if (faultyClass != null && !faultyClass.equals(root)) {
      text.append(" (").append(faultyClass).append(')');
    }
    return text.append(": ").append(getMessage()).toString();
  }
}
