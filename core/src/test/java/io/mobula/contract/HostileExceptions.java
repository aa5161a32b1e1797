package io.mobula.contract;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Exceptions whose own methods fail, as a careless or malicious program may throw them. */
enum HostileExceptions {
  GET_MESSAGE {
    @Override
    Throwable make() {
      return new GetMessage();
    }
  },
  GET_MESSAGE_WITHOUT_END {
    @Override
    Throwable make() {
      return new EndlessMessage();
    }
  },
  GET_MESSAGE_SNEAKY {
    @Override
    Throwable make() {
      return new CheckedThrowMessage();
    }
  },
  GET_MESSAGE_HOSTILE_TOO {
    @Override
    Throwable make() {
      return new NestedMessage();
    }
  },
  TO_STRING {
    @Override
    Throwable make() {
      return new ToString();
    }
  },
  TO_STRING_NULL {
    @Override
    Throwable make() {
      return new ToStringNull();
    }
  },
  GET_CAUSE {
    @Override
    Throwable make() {
      return new GetCause();
    }
  },
  CAUSES_WITHOUT_END {
    @Override
    Throwable make() {
      return new EndlessCause();
    }
  },
  CAUSES_IN_A_CIRCLE {
    @Override
    Throwable make() {
      var one = new IllegalStateException("one");
      var other = new IllegalStateException("other", one);
      one.initCause(other);
      return other;
    }
  },
  STACK {
    @Override
    Throwable make() {
      return new StackTrace();
    }
  },
  STACK_NULL {
    @Override
    Throwable make() {
      return new StackTraceNull();
    }
  },
  EQUALS_AND_HASH {
    @Override
    Throwable make() {
      return new EqualsAndHash();
    }
  },
  IN_A_CAUSE {
    @Override
    Throwable make() {
      return new IllegalStateException("outer", new GetMessage());
    }
  },
  SUPPRESSED {
    @Override
    Throwable make() {
      var outer = new IllegalStateException("outer");
      outer.addSuppressed(new ToString());
      return outer;
    }
  },
  IN_A_WRAPPER {
    @Override
    Throwable make() {
      return new CompletionException("wrapper", new GetMessage());
    }
  },
  WRAPPER_WITHOUT_CAUSE {
    @Override
    Throwable make() {
      return new Wrapper();
    }
  },
  EXECUTION_EXCEPTION_OF_NOTHING {
    @Override
    Throwable make() {
      return new ExecutionException(null);
    }
  },
  WRITE_HOOK {
    @Override
    Throwable make() {
      return new WriteHook();
    }
  },
  READ_HOOK {
    @Override
    Throwable make() {
      return new ReadHook();
    }
  },
  CLASS_INITIALIZER {
    @Override
    Throwable make() {
      return new Holder(new byte[1]).fail();
    }
  },
  ERROR {
    @Override
    Throwable make() {
      return new HostileError();
    }
  };

  abstract Throwable make();

  /** Throws the exception, checked or not. */
  int raise() {
    throw HostileExceptions.<RuntimeException>sneaky(make());
  }

  @SuppressWarnings("unchecked")
  static <T extends Throwable> T sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private static IllegalStateException broken(String method) {
    return new IllegalStateException(method + " fails");
  }

  static class GetMessage extends RuntimeException {
    @Override
    public String getMessage() {
      throw broken("getMessage");
    }
  }

  static class EndlessMessage extends RuntimeException {
    @Override
    @SuppressWarnings("InfiniteRecursion") // intended
    public String getMessage() {
      return getMessage() + "!";
    }
  }

  static class CheckedThrowMessage extends Exception {
    @Override
    public String getMessage() {
      throw HostileExceptions.<RuntimeException>sneaky(new IOException("getMessage fails"));
    }
  }

  static class NestedMessage extends RuntimeException {
    @Override
    public String getMessage() {
      throw new NestedMessage();
    }
  }

  static class ToString extends RuntimeException {
    @Override
    public String toString() {
      throw broken("toString");
    }
  }

  static class ToStringNull extends RuntimeException {
    @Override
    public String toString() {
      return null;
    }
  }

  static class GetCause extends RuntimeException {
    @Override
    public Throwable getCause() {
      throw broken("getCause");
    }
  }

  static class EndlessCause extends RuntimeException {
    @Override
    public Throwable getCause() {
      return new EndlessCause();
    }
  }

  static class StackTrace extends RuntimeException {
    @Override
    public StackTraceElement[] getStackTrace() {
      throw broken("getStackTrace");
    }
  }

  static class StackTraceNull extends RuntimeException {
    @Override
    public StackTraceElement[] getStackTrace() {
      return null;
    }
  }

  static class EqualsAndHash extends RuntimeException {
    @Override
    public boolean equals(Object other) {
      throw broken("equals");
    }

    @Override
    public int hashCode() {
      throw broken("hashCode");
    }
  }

  static class Wrapper extends CompletionException {
    @Override
    public Throwable getCause() {
      throw broken("getCause");
    }
  }

  static class WriteHook extends RuntimeException {
    private void writeObject(ObjectOutputStream out) {
      throw new GetMessage();
    }
  }

  static class ReadHook extends RuntimeException {
    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
    }

    private void readObject(ObjectInputStream in) {
      throw new GetMessage();
    }
  }

  static class HostileError extends Error {
    @Override
    public String getMessage() {
      throw broken("getMessage");
    }
  }

  /** Class whose initializer always throws. */
  static class FailingInitializer {
    static final int VALUE = HostileExceptions.GET_MESSAGE.raise();

    private FailingInitializer() {}
  }

  private record Holder(byte[] bytes) {
    Throwable fail() {
      try {
        return new IllegalStateException("of " + FailingInitializer.VALUE);
      } catch (Throwable thrown) {
        return thrown;
      }
    }
  }
}
