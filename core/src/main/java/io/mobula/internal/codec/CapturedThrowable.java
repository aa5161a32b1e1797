package io.mobula.internal.codec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What users' code has thrown, as the engine keeps it: its methods, which are users' code, too, are
 * called once, when this is made, and whatever they throw is told in their place.
 *
 * <p>To be made by the thread that ran the code. Nothing here throws, but for a JVM without memory.
 */
public final class CapturedThrowable {
  private static final int MOST_LEVELS = 128;
  private static final int MOST_FRAMES = 2_048; // of all levels
  private static final int MOST_TEXT = 16 * 1024;
  private static final int MOST_TEXTS = 8 * MOST_TEXT; // of all levels

  /** One exception of the tree: itself, what it says, and what it refers to. */
  private static final class ThrowableNode {
    final Throwable thrown;
    boolean wellBehaved = true;

    @Nullable
    String message;

    String text = "";
    StackTraceElement[] trace = {};

    @Nullable
    ThrowableNode cause;

    final List<ThrowableNode> suppressed = new ArrayList<>(0);

    ThrowableNode(Throwable itself) {
      this.thrown = itself;
    }
  }

  /** What of one tree has been met, and how much there is still to be told of it. */
  private static final class InspectionBudget {
    final Set<Throwable> met = Collections.newSetFromMap(new IdentityHashMap<>());
    int frames = MOST_FRAMES;
    int texts = MOST_TEXTS;
  }

  private final ThrowableNode top;

  private CapturedThrowable(ThrowableNode top) {
    this.top = top;
  }

  /** Asks it, its causes and what they suppressed. */
  public static CapturedThrowable of(Throwable thrown) {
    return new CapturedThrowable(inspect(thrown, new InspectionBudget()));
  }

  /** As {@link #of}, for what a stage was completed with: its cause, where that is what counts. */
  public static CapturedThrowable ofStage(Throwable thrown) {
    return of(unwrap(thrown));
  }

  /** The cause of what a future wraps around it, else the exception itself. */
  public static Throwable unwrap(Throwable thrown) {
    if (thrown instanceof CompletionException || thrown instanceof ExecutionException) {
      Throwable cause = ask(new ThrowableNode(thrown), thrown::getCause, thrown);
      return cause == null ? thrown : cause;
    }
    return thrown;
  }

  /** What the exception calls itself, cut where that is long; for messages. */
  public static String textOf(Throwable thrown) {
    ThrowableNode node = new ThrowableNode(thrown);
    askForTexts(node, MOST_TEXT);
    return node.text;
  }

  /** The message of the exception, cut where that is long. */
  static String messageOf(Throwable thrown) {
    ThrowableNode node = new ThrowableNode(thrown);
    askForTexts(node, MOST_TEXT);
    return String.valueOf(node.message);
  }

  private static ThrowableNode inspect(Throwable thrown, InspectionBudget so) {
    so.met.add(thrown);
    ThrowableNode node = new ThrowableNode(thrown);
    askForTexts(node, Math.min(MOST_TEXT, so.texts));
    so.texts -= Math.min(so.texts, node.text.length());
    node.trace = traceOf(node, so.frames);
    so.frames -= node.trace.length;
    Throwable cause = ask(node, thrown::getCause, null);
    if (cause != null && isNew(cause, node, so)) {
      node.cause = inspect(cause, so);
      node.wellBehaved &= node.cause.wellBehaved;
    }
    for (Throwable each : thrown.getSuppressed()) {
      if (isNew(each, node, so)) {
        ThrowableNode below = inspect(each, so);
        node.suppressed.add(below);
        node.wellBehaved &= below.wellBehaved;
      }
    }
    return node;
  }

  /** One that was met before is left out; so are those of a tree that may have no end. */
  private static boolean isNew(Throwable thrown, ThrowableNode above, InspectionBudget so) {
    if (so.met.contains(thrown)) {
      return false;
    }
    boolean few = so.met.size() < MOST_LEVELS;
    above.wellBehaved &= few;
    return few;
  }

  private static void askForTexts(ThrowableNode node, int most) {
    Throwable thrown = node.thrown;
    node.message = cut(askText(node, thrown::getMessage, "getMessage"), most);
    String text = cut(askText(node, thrown::toString, "toString"), most);
    node.text = text == null ? thrown.getClass().getName() : text;
  }

  private static StackTraceElement[] traceOf(ThrowableNode node, int most) {
    StackTraceElement[] trace = ask(node, node.thrown::getStackTrace, null);
    if (trace == null) {
      node.wellBehaved = false;
      return new StackTraceElement[0];
    }
    List<StackTraceElement> frames = new ArrayList<>(Math.min(trace.length, most));
    for (StackTraceElement frame : trace) {
      node.wellBehaved &= frame != null;
      if (frame != null && frames.size() < most) {
        frames.add(frame);
      }
    }
    return frames.toArray(StackTraceElement[]::new);
  }

  private static <T> @Nullable T ask(
      ThrowableNode node, Supplier<? extends @Nullable T> question, @Nullable T otherwise) {
    try {
      return question.get();
    } catch (Throwable broken) { // it is the user's
      node.wellBehaved = false;
      return otherwise;
    }
  }

  private static @Nullable String askText(
      ThrowableNode node, Supplier<@Nullable String> question, String method) {
    try {
      return question.get();
    } catch (Throwable broken) { // it is the user's
      node.wellBehaved = false;
      return node.thrown.getClass().getName() + " (its " + method + " threw " + nameOf(broken)
          + ")";
    }
  }

  private static String nameOf(Throwable broken) {
    try {
      return broken.toString();
    } catch (Throwable thatToo) { // nothing but the class is left
      return broken.getClass().getName();
    }
  }

  private static @Nullable String cut(@Nullable String text, int most) {
    return text == null || text.length() <= most
        ? text
        : text.substring(0, most) + "… (" + (text.length() - most) + " characters more)";
  }

  /** What it calls itself, cut where that is long. */
  public String text() {
    return top.text;
  }

  /** Whether it is of that class, whatever stands in for it. */
  public boolean isOf(Class<? extends Throwable> type) {
    return type.isInstance(top.thrown);
  }

  /** Whether what was thrown is an error, after which its object cannot be trusted. */
  public boolean isError() {
    return top.thrown instanceof Error;
  }

  /** The binary names of its class and that one's superclasses. */
  public List<String> types() {
    return typesOf(top.thrown);
  }

  /**
   * The very exception where it and all below it have answered, else a stand-in: a method of it
   * that threw once is not called again by whoever logs it or prints its stack.
   */
  public Throwable exception() {
    return top.wellBehaved ? top.thrown : standIn(top, false);
  }

  /** A stand-in, and such for all below it: nothing of it needs a user's class. */
  public RemoteThrowable standIn() {
    return standIn(top, true);
  }

  /** A stand-in for the exception alone: causes and what it suppressed stay what they are. */
  static RemoteThrowable standInAlone(Throwable thrown) {
    ThrowableNode node = new ThrowableNode(thrown);
    askForTexts(node, MOST_TEXT);
    node.trace = traceOf(node, MOST_FRAMES);
    Throwable cause = ask(node, thrown::getCause, null);
    RemoteThrowable standIn = new RemoteThrowable(typesOf(thrown), node.message, node.text, cause);
    standIn.setStackTrace(node.trace);
    for (Throwable each : thrown.getSuppressed()) {
      standIn.addSuppressed(each);
    }
    return standIn;
  }

  private static RemoteThrowable standIn(ThrowableNode node, boolean whole) {
    Throwable cause = node.cause == null ? null : below(node.cause, whole);
    RemoteThrowable standIn =
        new RemoteThrowable(typesOf(node.thrown), node.message, node.text, cause);
    standIn.setStackTrace(node.trace);
    for (ThrowableNode each : node.suppressed) {
      standIn.addSuppressed(below(each, whole));
    }
    return standIn;
  }

  private static Throwable below(ThrowableNode node, boolean whole) {
    return node.wellBehaved && !whole ? node.thrown : standIn(node, whole);
  }

  private static List<String> typesOf(Throwable thrown) {
    if (thrown instanceof RemoteThrowable standIn) {
      return standIn.types();
    }
    List<String> names = new ArrayList<>();
    for (Class<?> type = thrown.getClass(); type != Object.class; type = type.getSuperclass()) {
      names.add(type.getName());
    }
    return names;
  }
}
