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
 * Snapshot of an exception thrown by user code. The methods of the exception are user code, too:
 * they are called once, when the snapshot is made. If one of them throws, a description of that
 * failure takes the place of its result.
 *
 * <p>The thread that ran the user code makes the snapshot. No method of this class throws, except
 * when the JVM is out of memory.
 */
public final class CapturedThrowable {
  private static final int MAX_LEVELS = 128;
  private static final int MAX_FRAMES = 2_048; // over all nodes of the tree
  private static final int MAX_TEXT = 16 * 1024;
  private static final int MAX_TEXTS = 8 * MAX_TEXT; // over all nodes of the tree

  /**
   * One exception of the tree: the exception object, its texts, and the exceptions that it refers
   * to.
   */
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

  /**
   * Exceptions of one tree that were visited, and how many frames and characters may still be
   * captured.
   */
  private static final class InspectionBudget {
    final Set<Throwable> met = Collections.newSetFromMap(new IdentityHashMap<>());
    int frames = MAX_FRAMES;
    int texts = MAX_TEXTS;
  }

  private final ThrowableNode top;

  private CapturedThrowable(ThrowableNode top) {
    this.top = top;
  }

  /** Captures an exception, its causes and its suppressed exceptions. */
  public static CapturedThrowable of(Throwable thrown) {
    return new CapturedThrowable(inspect(thrown, new InspectionBudget()));
  }

  /**
   * Captures the exception that a completion stage failed with, without the stage's wrapper; see
   * {@link #unwrap}.
   */
  public static CapturedThrowable ofStage(Throwable thrown) {
    return of(unwrap(thrown));
  }

  /**
   * Returns the cause of a {@link CompletionException} or {@link ExecutionException} that has one;
   * returns any other exception unchanged.
   */
  public static Throwable unwrap(Throwable thrown) {
    if (thrown instanceof CompletionException || thrown instanceof ExecutionException) {
      Throwable cause = ask(new ThrowableNode(thrown), thrown::getCause, thrown);
      return cause == null ? thrown : cause;
    }
    return thrown;
  }

  /** Returns the exception's {@code toString}, truncated if it is long; for messages. */
  public static String textOf(Throwable thrown) {
    ThrowableNode node = new ThrowableNode(thrown);
    askForTexts(node, MAX_TEXT);
    return node.text;
  }

  /** Returns the exception's message, truncated if it is long. */
  static String messageOf(Throwable thrown) {
    ThrowableNode node = new ThrowableNode(thrown);
    askForTexts(node, MAX_TEXT);
    return String.valueOf(node.message);
  }

  private static ThrowableNode inspect(Throwable thrown, InspectionBudget so) {
    so.met.add(thrown);
    ThrowableNode node = new ThrowableNode(thrown);
    askForTexts(node, Math.min(MAX_TEXT, so.texts));
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

  /**
   * Returns whether the exception was not visited before. Also returns false once the tree has
   * reached its maximum size, as the tree may have no end.
   */
  private static boolean isNew(Throwable thrown, ThrowableNode above, InspectionBudget so) {
    if (so.met.contains(thrown)) {
      return false;
    }
    boolean few = so.met.size() < MAX_LEVELS;
    above.wellBehaved &= few;
    return few;
  }

  private static void askForTexts(ThrowableNode node, int max) {
    Throwable thrown = node.thrown;
    node.message = cut(askText(node, thrown::getMessage, "getMessage"), max);
    String text = cut(askText(node, thrown::toString, "toString"), max);
    node.text = text == null ? thrown.getClass().getName() : text;
  }

  private static StackTraceElement[] traceOf(ThrowableNode node, int max) {
    StackTraceElement[] trace = ask(node, node.thrown::getStackTrace, null);
    if (trace == null) {
      node.wellBehaved = false;
      return new StackTraceElement[0];
    }
    List<StackTraceElement> frames = new ArrayList<>(Math.min(trace.length, max));
    for (StackTraceElement frame : trace) {
      node.wellBehaved &= frame != null;
      if (frame != null && frames.size() < max) {
        frames.add(frame);
      }
    }
    return frames.toArray(StackTraceElement[]::new);
  }

  private static <T> @Nullable T ask(
      ThrowableNode node, Supplier<? extends @Nullable T> question, @Nullable T otherwise) {
    try {
      return question.get();
    } catch (Throwable broken) { // thrown by user code
      node.wellBehaved = false;
      return otherwise;
    }
  }

  private static @Nullable String askText(
      ThrowableNode node, Supplier<@Nullable String> question, String method) {
    try {
      return question.get();
    } catch (Throwable broken) { // thrown by user code
      node.wellBehaved = false;
      return node.thrown.getClass().getName() + " (its " + method + " threw " + nameOf(broken)
          + ")";
    }
  }

  private static String nameOf(Throwable broken) {
    try {
      return broken.toString();
    } catch (Throwable thatToo) { // only the class name is left
      return broken.getClass().getName();
    }
  }

  private static @Nullable String cut(@Nullable String text, int max) {
    return text == null || text.length() <= max
        ? text
        : text.substring(0, max) + "… (" + (text.length() - max) + " characters more)";
  }

  /** Returns the exception's {@code toString}, truncated if it is long. */
  public String text() {
    return top.text;
  }

  /**
   * Returns whether the original exception is an instance of the class, even if a stand-in replaces
   * it.
   */
  public boolean isOf(Class<? extends Throwable> type) {
    return type.isInstance(top.thrown);
  }

  /**
   * Returns whether the original is an {@link Error}, after which the object that threw it cannot
   * be trusted.
   */
  public boolean isError() {
    return top.thrown instanceof Error;
  }

  /** Returns the binary names of the exception's class and its superclasses. */
  public List<String> types() {
    return typesOf(top.thrown);
  }

  /**
   * Returns the original exception if its methods and those of all exceptions below it returned
   * normally, else a stand-in. Code that logs the exception or prints its stack trace thus never
   * calls a method that has thrown before.
   */
  public Throwable exception() {
    return top.wellBehaved ? top.thrown : standIn(top, false);
  }

  /**
   * Returns a stand-in whose causes and suppressed exceptions are stand-ins, too, so that nothing
   * in it needs a user's class.
   */
  public RemoteThrowable standIn() {
    return standIn(top, true);
  }

  /**
   * Makes a stand-in for the exception alone: causes and suppressed exceptions stay the original
   * objects.
   */
  static RemoteThrowable standInAlone(Throwable thrown) {
    ThrowableNode node = new ThrowableNode(thrown);
    askForTexts(node, MAX_TEXT);
    node.trace = traceOf(node, MAX_FRAMES);
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
