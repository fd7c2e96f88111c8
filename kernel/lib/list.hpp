// Intrusive doubly linked lists, circular as Linux's: a node is a member of what it links, so that linking
// and unlinking allocate nothing and cannot fail.
#pragma once
#include "kernel/lib/types.hpp"

namespace forkproof {

struct ListNode {
    ListNode* next = this;
    ListNode* prev = this;

    constexpr ListNode() = default;
    ListNode(const ListNode&) = delete;
    ListNode& operator=(const ListNode&) = delete;

    /// Makes this a list of one; for memory that no constructor ran on.
    void init() { next = prev = this; }
    [[nodiscard]] bool linked() const { return next != this; }
    void insert_before(ListNode& where) {
        next = &where;
        prev = where.prev;
        prev->next = this;
        where.prev = this;
    }
    /// Takes this out of its list and leaves it unlinked; does nothing to an unlinked node.
    void unlink() {
        prev->next = next;
        next->prev = prev;
        init();
    }
};

/// A list of T through its member `Member`. Iteration tolerates that the current element is unlinked.
template <class T, ListNode T::*Member>
class List {
  public:
    ListNode head;

    void init() { head.init(); }
    [[nodiscard]] bool empty() const { return !head.linked(); }
    void push_back(T& item) { (item.*Member).insert_before(head); }
    void push_front(T& item) { (item.*Member).insert_before(*head.next); }
    static void insert_before(T& item, T& where) { (item.*Member).insert_before(where.*Member); }
    [[nodiscard]] T* front() { return empty() ? nullptr : owner(head.next); }
    [[nodiscard]] T* back() { return empty() ? nullptr : owner(head.prev); }
    /// The element after (before) `item`, or null at the end.
    [[nodiscard]] T* next(T& item) { return at((item.*Member).next); }
    [[nodiscard]] T* previous(T& item) { return at((item.*Member).prev); }

    static T* owner(ListNode* node) {
        // The member's offset, the classic way: what container_of is in Linux.
        constexpr std::uintptr_t somewhere = 0x1000;
        const auto offset =
            reinterpret_cast<std::uintptr_t>(&(reinterpret_cast<T*>(somewhere)->*Member)) - somewhere;
        return reinterpret_cast<T*>(reinterpret_cast<char*>(node) - offset);
    }

    class iterator {
      public:
        explicit iterator(ListNode* n) : node_(n), next_(n->next) {}
        T& operator*() const { return *owner(node_); }
        iterator& operator++() {
            node_ = next_;
            next_ = node_->next;
            return *this;
        }
        bool operator!=(const iterator& other) const { return node_ != other.node_; }

      private:
        ListNode* node_;
        ListNode* next_;
    };
    iterator begin() { return iterator(head.next); }
    iterator end() { return iterator(&head); }

  private:
    T* at(ListNode* node) { return node == &head ? nullptr : owner(node); }
};

} // namespace forkproof
