package io.mobula.internal.codec;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Classes as users write them, for the codec's tests. */
final class SampleClasses {
  private SampleClasses() {}

  enum Fruit {
    APPLE,
    PEAR
  }

  enum Level {
    LOW {
      @Override
      int value() {
        return 1;
      }
    },
    HIGH {
      @Override
      int value() {
        return 2;
      }
    };

    abstract int value();
  }

  record Address(String street, int number) {}

  record Person(String name, int age, Address address) {}

  record Box<T>(T content) {}

  record TaggedNumbers(String tag, int[] numbers) {}

  record UppercaseRecord(String word) {
    UppercaseRecord {
      Objects.requireNonNull(word);
    }

    @Override
    public String word() {
      return word.toUpperCase();
    }
  }

  /** Class that is neither Serializable nor has a constructor without parameters. */
  static final class Bean {
    private final String name;
    private final int count;
    final double weight;
    public List<String> tags;
    transient Thread worker = Thread.currentThread();

    Bean(String name, int count, double weight, List<String> tags) {
      this.name = name;
      this.count = count;
      this.weight = weight;
      this.tags = tags;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Bean b
          && b.name.equals(name)
          && b.count == count
          && b.weight == weight
          && b.tags.equals(tags);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }
  }

  static final class FieldlessValue {
    @Override
    public boolean equals(Object other) {
      return other instanceof FieldlessValue;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  static final class NoNoArg {
    private final Integer value;

    NoNoArg(int value) {
      if (value == 0) {
        throw new IllegalArgumentException("zero");
      }
      this.value = value;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof NoNoArg n && n.value.equals(value);
    }

    @Override
    public int hashCode() {
      return value;
    }
  }

  static class Super {
    private final int same;

    Super(int same) {
      this.same = same;
    }

    int superSame() {
      return same;
    }
  }

  static final class Sub extends Super {
    private final int same;

    Sub(int inSuper, int same) {
      super(inSuper);
      this.same = same;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Sub s && s.same == same && s.superSame() == superSame();
    }

    @Override
    public int hashCode() {
      return same;
    }
  }

  static final class MyList extends ArrayList<String> {
    private final String extra;

    MyList(String extra, List<String> content) {
      super(content);
      this.extra = extra;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof MyList m && m.extra.equals(extra) && super.equals(other);
    }

    @Override
    public int hashCode() {
      return super.hashCode();
    }
  }

  public static final class ExternalizableValue implements Externalizable {
    private String text = "";
    private int number;

    public ExternalizableValue() {}

    ExternalizableValue(String text, int number) {
      this.text = text;
      this.number = number;
    }

    @Override
    public void writeExternal(ObjectOutput out) throws IOException {
      out.writeUTF(text);
      out.writeInt(number);
      out.writeObject(List.of(number));
    }

    @Override
    public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
      text = in.readUTF();
      number = in.readInt();
      if (!in.readObject().equals(List.of(number))) {
        throw new IOException("mangled");
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ExternalizableValue e && e.text.equals(text) && e.number == number;
    }

    @Override
    public int hashCode() {
      return number;
    }
  }

  /** Value that writes another object in its place. */
  static final class WriteReplaceValue implements Serializable {
    private final transient String value;

    WriteReplaceValue(String value) {
      this.value = value;
    }

    private Object writeReplace() {
      return new SerializedForm(value);
    }

    private record SerializedForm(String value) implements Serializable {
      private Object readResolve() {
        return new WriteReplaceValue(value);
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof WriteReplaceValue p && p.value.equals(value);
    }

    @Override
    public int hashCode() {
      return value.hashCode();
    }
  }

  /** Value that writes part of its state in {@code writeObject}. */
  static final class WriteObjectValue implements Serializable {
    private final String name;
    private transient int times;

    WriteObjectValue(String name, int times) {
      this.name = name;
      this.times = times;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      out.writeInt(times);
      out.writeUTF(name);
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      times = in.readInt();
      if (!in.readUTF().equals(name)) {
        throw new IOException("mangled");
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof WriteObjectValue h && h.name.equals(name) && h.times == times;
    }

    @Override
    public int hashCode() {
      return times;
    }
  }

  static final class Singleton implements Serializable {
    static final Singleton INSTANCE = new Singleton();

    private Object readResolve() {
      return INSTANCE;
    }
  }

  record Primitives(boolean a, byte b, char c, short d, int e, long f, float g, double h) {
    Primitives() {
      this(true, (byte) -1, 'c', (short) -2, -3, Long.MIN_VALUE, 1.5f, -2.5);
    }
  }

  static final class Outer {
    private final int base;

    Outer(int base) {
      this.base = base;
    }

    Inner inner(int more) {
      return new Inner(more);
    }

    final class Inner {
      private final int more;

      Inner(int more) {
        this.more = more;
      }

      int sum() {
        return base + more;
      }

      @Override
      public boolean equals(Object other) {
        return other instanceof Inner i && i.sum() == sum();
      }

      @Override
      public int hashCode() {
        return sum();
      }
    }
  }
}
