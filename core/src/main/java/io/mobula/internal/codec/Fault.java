package io.mobula.internal.codec;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.KryoBufferUnderflowException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong inside a graph, on its way up: each level that it passes adds its step of the
 * path.
 *
 * <p>Costs nothing until something fails. Has no stack trace; its cause has. Becomes a
 * {@code CodecException} in {@link Codec}.
 */
final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int STEPS_KEPT = 24;
  private static final String KRYO_DEPTH = "Max depth exceeded: ";

  private final transient Deque<String> steps = new ArrayDeque<>();
  private int stepsDropped;
  private @Nullable String culprit;
  private transient @Nullable Throwable blamed;
  private boolean tooDeep;

  private Fault(String reason, @Nullable Throwable cause) {
    super(reason, cause, false, false);
  }

  /** A fault that is about the value at this place. */
  static Fault because(String reason) {
    return new Fault(reason, null);
  }

  /** A fault brought about by something else. */
  static Fault because(String reason, Throwable cause) {
    return new Fault(reason, cause);
  }

  /** A fault about an instance of this class. */
  static Fault of(Class<?> culprit, String reason) {
    return of(culprit, reason, null);
  }

  /** A fault about an instance of this class, brought about by something else. */
  static Fault of(Class<?> culprit, String reason, @Nullable Throwable cause) {
    Fault fault = new Fault(reason, cause);
    fault.culprit = culprit.getTypeName();
    return fault;
  }

  /**
   * Makes a fault of whatever was thrown; a fault stays what it is, and trouble of the JVM itself
   * passes.
   *
   * <p>A full stack passes too, up to where there is room again: a call site or class that is
   * linked for the first time on a full stack stays broken for good. So nothing before that test
   * may need linking.
   */
  static Fault from(Throwable thrown) {
    if (thrown instanceof VirtualMachineError fatal) {
      throw fatal;
    }
    if (thrown instanceof Fault fault) {
      return fault;
    }
    if (thrown instanceof InvocationTargetException wrapper
        && wrapper.getTargetException() != null) {
      return from(wrapper.getTargetException());
    }
    if (thrown instanceof KryoException kryo) {
      return fromKryo(kryo);
    }
    CapturedThrowable captured = CapturedThrowable.of(thrown); // of a user's class, most likely
    return new Fault(captured.text(), captured.exception());
  }

  private static Fault fromKryo(KryoException thrown) {
    if (thrown.getCause() instanceof StackOverflowError overflow) {
      throw overflow;
    }
    if (thrown.getCause() instanceof Fault fault) {
      return fault;
    }
    String reason = firstLine(thrown);
    if (reason.startsWith(KRYO_DEPTH)) {
      return tooDeep(Integer.parseInt(reason.substring(KRYO_DEPTH.length())));
    }
    return thrown instanceof KryoBufferUnderflowException
        ? new Fault("the bytes end too early", thrown)
        : new Fault(reason, thrown);
  }

  /** The fault of a full stack, to be made where there is room again. */
  static Fault from(StackOverflowError overflow) {
    return tooDeep(Advice.STACK);
  }

  /** The fault of a graph nested deeper than this. */
  static Fault tooDeep(int limit) {
    return tooDeep(
        "the value is nested deeper than the codec's limit of " + limit + ". " + Advice.DEPTH);
  }

  private static Fault tooDeep(String reason) {
    Fault fault = new Fault(reason, null);
    fault.tooDeep = true;
    return fault;
  }

  private static String firstLine(Throwable thrown) {
    String message = CapturedThrowable.messageOf(thrown);
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /** Adds the step that led here, outermost last, for example {@code .name} or {@code [3]}. */
  Fault at(String step) {
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

  /** Notes the class of the value at fault unless a deeper level did. */
  Fault in(Class<?> type) {
    if (culprit == null) {
      culprit = type.getTypeName();
    }
    return this;
  }

  /** Notes the exception object that holds the value at fault unless a deeper level did. */
  Fault inside(Throwable holder) {
    if (blamed == null && !tooDeep) {
      blamed = holder;
    }
    return this;
  }

  /** The innermost exception object on the path, which could be replaced by a stand-in. */
  @Nullable
  Throwable blamed() {
    return blamed;
  }

  /** The whole of it: path from the root type, class at fault, reason. */
  String describe(String root) {
    StringBuilder text = new StringBuilder(root);
    int shown = 0;
    for (String step : steps) {
      if (stepsDropped > 0 && shown++ == STEPS_KEPT / 2) {
        text.append(" … ").append(stepsDropped).append(" steps … ");
      }
      text.append(step);
    }
    if (culprit != null && !culprit.equals(root)) {
      text.append(" (").append(culprit).append(')');
    }
    return text.append(": ").append(getMessage()).toString();
  }
}
